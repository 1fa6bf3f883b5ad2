# Loops over vectors of floats without sums across elements (but for one), eight or four at a time where all of them lie at multiples
# of 16 bytes, so that no operation waits for the one before; what is left, and what lies elsewhere, one at a time. All take any
# length.
	.include "pie.inc"

# a8 = how many times 2^\log elements are done together, a9 = the rest of the a5: all unless the lowest bits of a10 are clear.
.macro elements_begin log
	extui a10, a10, 0, 4
	srli a8, a5, \log
	movi.n a9, 0
	movnez a8, a9, a10
	slli a9, a8, \log
	sub a9, a5, a9
.endm

# s3lm_pie_scale(x, factor, y, n): y[i] = x[i] * factor; y may be x.  a2 x, a3 bits of factor, a4 y, a5 n
	function s3lm_pie_scale
	entry a1, 32
	or a10, a2, a4
	wfr f8, a3
	elements_begin 3
	align_loop s3lm_pie_scale
	loopnez a8, .Leight_scale
	ee_ldf_128_ip 0, 1, 2, 3, 2, 16
	ee_ldf_128_ip 4, 5, 6, 7, 2, 16
	mul.s f0, f0, f8
	mul.s f1, f1, f8
	mul.s f2, f2, f8
	mul.s f3, f3, f8
	mul.s f4, f4, f8
	mul.s f5, f5, f8
	mul.s f6, f6, f8
	mul.s f7, f7, f8
	ee_stf_128_ip 0, 1, 2, 3, 4, 16
	ee_stf_128_ip 4, 5, 6, 7, 4, 16
.Leight_scale:
	align_loop s3lm_pie_scale
	loopnez a9, .Lone_scale
	lsi f0, a2, 0
	addi a2, a2, 4
	mul.s f0, f0, f8
	ssi f0, a4, 0
	addi a4, a4, 4
.Lone_scale:
	retw.n
	end_function s3lm_pie_scale

# s3lm_pie_multiply(x, factors, y, n): y[i] = x[i] * factors[i]; y may be x.  a2 x, a3 factors, a4 y, a5 n
# s3lm_pie_add(x, terms, y, n): y[i] = x[i] + terms[i]; y may be x.  a2 x, a3 terms, a4 y, a5 n
.macro pairs_function name, operation
	function \name
	entry a1, 32
	or a10, a2, a4
	or a10, a10, a3
	elements_begin 2
	align_loop \name
	loopnez a8, .Lfour_\name
	ee_ldf_128_ip 0, 1, 2, 3, 2, 16
	ee_ldf_128_ip 4, 5, 6, 7, 3, 16
	nop.n
	\operation f0, f0, f4
	\operation f1, f1, f5
	\operation f2, f2, f6
	\operation f3, f3, f7
	ee_stf_128_ip 0, 1, 2, 3, 4, 16
.Lfour_\name:
	align_loop \name
	loopnez a9, .Lone_\name
	lsi f0, a2, 0
	lsi f4, a3, 0
	addi a2, a2, 4
	addi a3, a3, 4
	\operation f0, f0, f4
	ssi f0, a4, 0
	addi a4, a4, 4
.Lone_\name:
	retw.n
	end_function \name
.endm
	pairs_function s3lm_pie_multiply, mul.s
	pairs_function s3lm_pie_add, add.s

# s3lm_pie_norm(x, gain, y, n, factor): y[i] = (x[i] * factor) * gain[i].  a2 x, a3 gain, a4 y, a5 n, a6 bits of factor
	function s3lm_pie_norm
	entry a1, 32
	or a10, a2, a4
	wfr f8, a6
	or a10, a10, a3
	elements_begin 3
	align_loop s3lm_pie_norm
	loopnez a8, .Leight_norm
	ee_ldf_128_ip 0, 1, 2, 3, 2, 16
	ee_ldf_128_ip 4, 5, 6, 7, 2, 16
	mul.s f0, f0, f8
	mul.s f1, f1, f8
	mul.s f2, f2, f8
	mul.s f3, f3, f8
	ee_ldf_128_ip 12, 13, 14, 15, 3, 16
	mul.s f4, f4, f8
	mul.s f5, f5, f8
	mul.s f6, f6, f8
	mul.s f7, f7, f8
	mul.s f0, f0, f12
	mul.s f1, f1, f13
	mul.s f2, f2, f14
	mul.s f3, f3, f15
	ee_ldf_128_ip 12, 13, 14, 15, 3, 16
	nop.n
	mul.s f4, f4, f12
	mul.s f5, f5, f13
	mul.s f6, f6, f14
	mul.s f7, f7, f15
	ee_stf_128_ip 0, 1, 2, 3, 4, 16
	ee_stf_128_ip 4, 5, 6, 7, 4, 16
.Leight_norm:
	align_loop s3lm_pie_norm
	loopnez a9, .Lone_norm
	lsi f0, a2, 0
	lsi f4, a3, 0
	addi a2, a2, 4
	addi a3, a3, 4
	mul.s f0, f0, f8
	mul.s f0, f0, f4
	ssi f0, a4, 0
	addi a4, a4, 4
.Lone_norm:
	retw.n
	end_function s3lm_pie_norm

# s3lm_pie_abs_max(x, n): bits of the largest magnitude.  a2 x, a3 n
# Four at a time where x lies at a multiple of 16 bytes: as integers, magnitudes of floats order like the floats.
	function s3lm_pie_abs_max
	entry a1, 48
	movi.n a13, 0
	movi.n a14, -1
	extui a8, a2, 0, 4
	srli a14, a14, 1
	bnez a8, .Lrest_abs_max
	srli a8, a3, 2
	bltui a8, 4, .Lrest_abs_max
	s32i.n a14, a1, 0
	mov.n a9, a1
	ee_zero_q 0
	ee_vldbc_32_ip 7, 9, 0
	extui a3, a3, 0, 2
	align_loop s3lm_pie_abs_max
	loop a8, .Lfour_abs_max
	ee_vld_128_ip 1, 2, 16
	nop.n
	ee_andq 1, 1, 7
	ee_vmax_s32 0, 0, 1
.Lfour_abs_max:
	ee_vst_128_ip 0, 9, 0
	l32i.n a13, a1, 0
	l32i.n a10, a1, 4
	l32i.n a11, a1, 8
	l32i.n a12, a1, 12
	max a13, a13, a10
	max a11, a11, a12
	max a13, a13, a11
.Lrest_abs_max:
	align_loop s3lm_pie_abs_max
	loopnez a3, .Lone_abs_max
	l32i a8, a2, 0
	addi.n a2, a2, 4
	and a8, a8, a14
	maxu a13, a13, a8
.Lone_abs_max:
	mov.n a2, a13
	retw.n
	end_function s3lm_pie_abs_max

# s3lm_pie_sum_squares(x, n): four-lane sum of x[i]^2, as bits.  a2 x, a3 n
	function s3lm_pie_sum_squares
	entry a1, 32
	const.s f4, 0
	const.s f5, 0
	const.s f6, 0
	const.s f7, 0
	srli a8, a3, 2
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
	extui a8, a3, 0, 2
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
# the largest integer, or, when that is negative, the smallest. Four at a time where x lies at a multiple of 16 bytes.
	function s3lm_pie_maximum
	entry a1, 64
	l32i a12, a2, 0
	extui a9, a2, 0, 4
	srli a8, a3, 2
	mov.n a13, a12
	bnez a9, .Lrest_maximum
	bltui a8, 4, .Lrest_maximum
	mov.n a9, a1
	ee_vldbc_32 0, 2
	extui a3, a3, 0, 2
	mv_qr 1, 0
	align_loop s3lm_pie_maximum
	loop a8, .Lfour_maximum
	ee_vld_128_ip 2, 2, 16
	nop.n
	ee_vmax_s32 0, 0, 2
	ee_vmin_s32 1, 1, 2
.Lfour_maximum:
	ee_vst_128_ip 0, 9, 16
	ee_vst_128_ip 1, 9, -16
	l32i.n a8, a1, 0
	l32i.n a9, a1, 4
	l32i.n a10, a1, 8
	l32i.n a11, a1, 12
	max a12, a8, a9
	max a10, a10, a11
	max a12, a12, a10
	l32i.n a8, a1, 16
	l32i.n a9, a1, 20
	l32i.n a10, a1, 24
	l32i.n a11, a1, 28
	min a13, a8, a9
	min a10, a10, a11
	min a13, a13, a10
.Lrest_maximum:
	align_loop s3lm_pie_maximum
	loopnez a3, .Lone_maximum
	l32i a8, a2, 0
	addi a2, a2, 4
	max a12, a12, a8
	min a13, a13, a8
.Lone_maximum:
	bgez a12, .Lpositive
	mov.n a12, a13
.Lpositive:
	mov.n a2, a12
	retw.n
	end_function s3lm_pie_maximum
