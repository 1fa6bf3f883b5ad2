# Loops over vectors of floats without sums across elements (but for one), four at a time so that no operation waits
# for the one before; leftovers one at a time. All take any length and any alignment to 4 bytes.
	.include "pie.inc"

# s3lm_pie_scale(x, factor, y, n): y[i] = x[i] * factor; y may be x.  a2 x, a3 bits of factor, a4 y, a5 n
	function s3lm_pie_scale
	entry a1, 32
	wfr f8, a3
	srli a8, a5, 2
	align_loop s3lm_pie_scale
	loopnez a8, .Lfour_s3lm_pie_scale
	lsi f0, a2, 0
	lsi f1, a2, 4
	lsi f2, a2, 8
	lsi f3, a2, 12
	mul.s f0, f0, f8
	mul.s f1, f1, f8
	mul.s f2, f2, f8
	mul.s f3, f3, f8
	addi a2, a2, 16
	ssi f0, a4, 0
	ssi f1, a4, 4
	ssi f2, a4, 8
	ssi f3, a4, 12
	addi a4, a4, 16
.Lfour_s3lm_pie_scale:
	extui a8, a5, 0, 2
	align_loop s3lm_pie_scale
	loopnez a8, .Lone_s3lm_pie_scale
	lsi f0, a2, 0
	addi a2, a2, 4
	mul.s f0, f0, f8
	ssi f0, a4, 0
	addi a4, a4, 4
.Lone_s3lm_pie_scale:
	retw.n
	end_function s3lm_pie_scale

# s3lm_pie_multiply(x, factors, y, n): y[i] = x[i] * factors[i]; y may be x.  a2 x, a3 factors, a4 y, a5 n
	function s3lm_pie_multiply
	entry a1, 32
	srli a8, a5, 2
	align_loop s3lm_pie_multiply
	loopnez a8, .Lfour_s3lm_pie_multiply
	lsi f0, a2, 0
	lsi f1, a2, 4
	lsi f2, a2, 8
	lsi f3, a2, 12
	lsi f4, a3, 0
	lsi f5, a3, 4
	lsi f6, a3, 8
	lsi f7, a3, 12
	mul.s f0, f0, f4
	mul.s f1, f1, f5
	mul.s f2, f2, f6
	mul.s f3, f3, f7
	addi a2, a2, 16
	addi a3, a3, 16
	ssi f0, a4, 0
	ssi f1, a4, 4
	ssi f2, a4, 8
	ssi f3, a4, 12
	addi a4, a4, 16
.Lfour_s3lm_pie_multiply:
	extui a8, a5, 0, 2
	align_loop s3lm_pie_multiply
	loopnez a8, .Lone_s3lm_pie_multiply
	lsi f0, a2, 0
	lsi f4, a3, 0
	addi a2, a2, 4
	addi a3, a3, 4
	mul.s f0, f0, f4
	ssi f0, a4, 0
	addi a4, a4, 4
.Lone_s3lm_pie_multiply:
	retw.n
	end_function s3lm_pie_multiply

# s3lm_pie_add(x, terms, y, n): y[i] = x[i] + terms[i]; y may be x.  a2 x, a3 terms, a4 y, a5 n
	function s3lm_pie_add
	entry a1, 32
	srli a8, a5, 2
	align_loop s3lm_pie_add
	loopnez a8, .Lfour_s3lm_pie_add
	lsi f0, a2, 0
	lsi f1, a2, 4
	lsi f2, a2, 8
	lsi f3, a2, 12
	lsi f4, a3, 0
	lsi f5, a3, 4
	lsi f6, a3, 8
	lsi f7, a3, 12
	add.s f0, f0, f4
	add.s f1, f1, f5
	add.s f2, f2, f6
	add.s f3, f3, f7
	addi a2, a2, 16
	addi a3, a3, 16
	ssi f0, a4, 0
	ssi f1, a4, 4
	ssi f2, a4, 8
	ssi f3, a4, 12
	addi a4, a4, 16
.Lfour_s3lm_pie_add:
	extui a8, a5, 0, 2
	align_loop s3lm_pie_add
	loopnez a8, .Lone_s3lm_pie_add
	lsi f0, a2, 0
	lsi f4, a3, 0
	addi a2, a2, 4
	addi a3, a3, 4
	add.s f0, f0, f4
	ssi f0, a4, 0
	addi a4, a4, 4
.Lone_s3lm_pie_add:
	retw.n
	end_function s3lm_pie_add

# s3lm_pie_norm(x, gain, y, n, factor): y[i] = (x[i] * factor) * gain[i].  a2 x, a3 gain, a4 y, a5 n, a6 bits of factor
	function s3lm_pie_norm
	entry a1, 32
	wfr f8, a6
	srli a8, a5, 2
	align_loop s3lm_pie_norm
	loopnez a8, .Lfour_s3lm_pie_norm
	lsi f0, a2, 0
	lsi f1, a2, 4
	lsi f2, a2, 8
	lsi f3, a2, 12
	mul.s f0, f0, f8
	mul.s f1, f1, f8
	mul.s f2, f2, f8
	mul.s f3, f3, f8
	lsi f4, a3, 0
	lsi f5, a3, 4
	lsi f6, a3, 8
	lsi f7, a3, 12
	addi a2, a2, 16
	addi a3, a3, 16
	mul.s f0, f0, f4
	mul.s f1, f1, f5
	mul.s f2, f2, f6
	mul.s f3, f3, f7
	ssi f0, a4, 0
	ssi f1, a4, 4
	ssi f2, a4, 8
	ssi f3, a4, 12
	addi a4, a4, 16
.Lfour_s3lm_pie_norm:
	extui a8, a5, 0, 2
	align_loop s3lm_pie_norm
	loopnez a8, .Lone_s3lm_pie_norm
	lsi f0, a2, 0
	lsi f4, a3, 0
	addi a2, a2, 4
	addi a3, a3, 4
	mul.s f0, f0, f8
	mul.s f0, f0, f4
	ssi f0, a4, 0
	addi a4, a4, 4
.Lone_s3lm_pie_norm:
	retw.n
	end_function s3lm_pie_norm

# s3lm_pie_abs_max(x, unused, unused, n): bits of the largest magnitude.  a2 x, a5 n
	function s3lm_pie_abs_max
	entry a1, 32
	movi a13, 0
	srli a8, a5, 2
	align_loop s3lm_pie_abs_max
	loopnez a8, .Lfour_s3lm_pie_abs_max
	l32i a8, a2, 0
	l32i a9, a2, 4
	l32i a10, a2, 8
	l32i a11, a2, 12
	addi a2, a2, 16
	slli a8, a8, 1
	slli a9, a9, 1
	slli a10, a10, 1
	slli a11, a11, 1
	maxu a13, a13, a8
	maxu a13, a13, a9
	maxu a13, a13, a10
	maxu a13, a13, a11
.Lfour_s3lm_pie_abs_max:
	extui a8, a5, 0, 2
	align_loop s3lm_pie_abs_max
	loopnez a8, .Lone_s3lm_pie_abs_max
	l32i a8, a2, 0
	addi a2, a2, 4
	slli a8, a8, 1
	maxu a13, a13, a8
.Lone_s3lm_pie_abs_max:
	srli a2, a13, 1
	retw.n
	end_function s3lm_pie_abs_max

# s3lm_pie_sum_squares(x, unused, unused, n): four-lane sum of x[i]^2, as bits.  a2 x, a5 n
	function s3lm_pie_sum_squares
	entry a1, 32
	const.s f4, 0
	const.s f5, 0
	const.s f6, 0
	const.s f7, 0
	srli a8, a5, 2
	align_loop s3lm_pie_sum_squares
	loopnez a8, .Lfour_s3lm_pie_sum_squares
	lsi f0, a2, 0
	lsi f1, a2, 4
	lsi f2, a2, 8
	lsi f3, a2, 12
	mul.s f0, f0, f0
	mul.s f1, f1, f1
	mul.s f2, f2, f2
	mul.s f3, f3, f3
	addi a2, a2, 16
	add.s f4, f4, f0
	add.s f5, f5, f1
	add.s f6, f6, f2
	add.s f7, f7, f3
.Lfour_s3lm_pie_sum_squares:
	extui a8, a5, 0, 2
	beqz a8, .Ljoin_squares
	lsi f0, a2, 0
	mul.s f0, f0, f0
	add.s f4, f4, f0
	beqi a8, 1, .Ljoin_squares
	lsi f0, a2, 4
	mul.s f0, f0, f0
	add.s f5, f5, f0
	beqi a8, 2, .Ljoin_squares
	lsi f0, a2, 8
	mul.s f0, f0, f0
	add.s f6, f6, f0
.Ljoin_squares:
	add.s f4, f4, f5
	add.s f6, f6, f7
	add.s f4, f4, f6
	rfr a2, f4
	retw.n
	end_function s3lm_pie_sum_squares

# s3lm_pie_sum(x, n): four-lane sum, as bits.  a2 x, a3 n
	function s3lm_pie_sum
	entry a1, 32
	const.s f4, 0
	const.s f5, 0
	const.s f6, 0
	const.s f7, 0
	srli a8, a3, 2
	align_loop s3lm_pie_sum
	loopnez a8, .Lfour_s3lm_pie_sum
	lsi f0, a2, 0
	lsi f1, a2, 4
	lsi f2, a2, 8
	lsi f3, a2, 12
	addi a2, a2, 16
	add.s f4, f4, f0
	add.s f5, f5, f1
	add.s f6, f6, f2
	add.s f7, f7, f3
.Lfour_s3lm_pie_sum:
	extui a8, a3, 0, 2
	beqz a8, .Ljoin_sum
	lsi f0, a2, 0
	add.s f4, f4, f0
	beqi a8, 1, .Ljoin_sum
	lsi f0, a2, 4
	add.s f5, f5, f0
	beqi a8, 2, .Ljoin_sum
	lsi f0, a2, 8
	add.s f6, f6, f0
.Ljoin_sum:
	add.s f4, f4, f5
	add.s f6, f6, f7
	add.s f4, f4, f6
	rfr a2, f4
	retw.n
	end_function s3lm_pie_sum

# s3lm_pie_maximum(x, n): bits of the largest number by the order of s3lm_ordered, n >= 1.  a2 x, a3 n
# Read as integers, numbers without a sign order like themselves and those with one the other way round: the answer is
# the largest integer, or, when that is negative, the smallest.
	function s3lm_pie_maximum
	entry a1, 32
	l32i a12, a2, 0
	srli a8, a3, 2
	mov.n a13, a12
	align_loop s3lm_pie_maximum
	loopnez a8, .Lfour_s3lm_pie_maximum
	l32i a8, a2, 0
	l32i a9, a2, 4
	l32i a10, a2, 8
	l32i a11, a2, 12
	addi a2, a2, 16
	max a12, a12, a8
	min a13, a13, a8
	max a12, a12, a9
	min a13, a13, a9
	max a12, a12, a10
	min a13, a13, a10
	max a12, a12, a11
	min a13, a13, a11
.Lfour_s3lm_pie_maximum:
	extui a8, a3, 0, 2
	align_loop s3lm_pie_maximum
	loopnez a8, .Lone_s3lm_pie_maximum
	l32i a8, a2, 0
	addi a2, a2, 4
	max a12, a12, a8
	min a13, a13, a8
.Lone_s3lm_pie_maximum:
	bgez a12, .Lpositive
	mov.n a12, a13
.Lpositive:
	mov.n a2, a12
	retw.n
	end_function s3lm_pie_maximum
