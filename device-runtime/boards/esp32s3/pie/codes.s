# Floats to codes: x[i] times the inverse of a scale, rounded to the nearest integer, ties to even, within limits. Four at a time, so
# that no operation waits for the one before.
	.include "pie.inc"

# The next four of the floats at a2, times f8 and rounded, in a9 to a12.
.macro four_rounded
	lsi f0, a2, 0
	lsi f1, a2, 4
	lsi f2, a2, 8
	lsi f3, a2, 12
	mul.s f0, f0, f8
	mul.s f1, f1, f8
	mul.s f2, f2, f8
	mul.s f3, f3, f8
	addi a2, a2, 16
	round.s a9, f0, 0
	round.s a10, f1, 0
	round.s a11, f2, 0
	round.s a12, f3, 0
.endm

# Holds them between a13 and a6.
.macro four_within
	min a9, a9, a6
	min a10, a10, a6
	min a11, a11, a6
	min a12, a12, a6
	max a9, a9, a13
	max a10, a10, a13
	max a11, a11, a13
	max a12, a12, a13
.endm

# s3lm_pie_codes8(x, inverse, codes, n): codes[i] = x[i] * inverse rounded to even, within -127..127; NaN gives 127. a2 x, a3 bits of
# inverse, a4 codes, a5 n
	function s3lm_pie_codes8
	entry a1, 32
	wfr f8, a3
	movi a13, -127
	srli a8, a5, 2
	align_loop s3lm_pie_codes8
	loopnez a8, .Lfour_s3lm_pie_codes8
	four_rounded
	clamps a9, a9, 7
	clamps a10, a10, 7
	clamps a11, a11, 7
	clamps a12, a12, 7
	max a9, a9, a13
	max a10, a10, a13
	max a11, a11, a13
	max a12, a12, a13
	s8i a9, a4, 0
	s8i a10, a4, 1
	s8i a11, a4, 2
	s8i a12, a4, 3
	addi a4, a4, 4
.Lfour_s3lm_pie_codes8:
	extui a8, a5, 0, 2
	align_loop s3lm_pie_codes8
	loopnez a8, .Lone_s3lm_pie_codes8
	lsi f0, a2, 0
	addi a2, a2, 4
	mul.s f0, f0, f8
	round.s a9, f0, 0
	clamps a9, a9, 7
	max a9, a9, a13
	s8i a9, a4, 0
	addi a4, a4, 1
.Lone_s3lm_pie_codes8:
	retw.n
	end_function s3lm_pie_codes8

# s3lm_pie_codes16(x, inverse, codes, n, most): the same within -most..most, as int16.  a6 most
	function s3lm_pie_codes16
	entry a1, 32
	wfr f8, a3
	neg a13, a6
	srli a8, a5, 2
	align_loop s3lm_pie_codes16
	loopnez a8, .Lfour_s3lm_pie_codes16
	four_rounded
	four_within
	s16i a9, a4, 0
	s16i a10, a4, 2
	s16i a11, a4, 4
	s16i a12, a4, 6
	addi a4, a4, 8
.Lfour_s3lm_pie_codes16:
	extui a8, a5, 0, 2
	align_loop s3lm_pie_codes16
	loopnez a8, .Lone_s3lm_pie_codes16
	lsi f0, a2, 0
	addi a2, a2, 4
	mul.s f0, f0, f8
	round.s a9, f0, 0
	min a9, a9, a6
	max a9, a9, a13
	s16i a9, a4, 0
	addi a4, a4, 2
.Lone_s3lm_pie_codes16:
	retw.n
	end_function s3lm_pie_codes16

# s3lm_pie_parts(x, inverse, high, n, most, low): the same, with the upper and the lower bytes of the codes apart, both signed.
# a4 high, a5 n, a6 most, a7 low
	function s3lm_pie_parts
	entry a1, 32
	wfr f8, a3
	neg a13, a6
	movi a14, 128
	srli a8, a5, 2
	align_loop s3lm_pie_parts
	loopnez a8, .Lfour_s3lm_pie_parts
	four_rounded
	four_within
	s8i a9, a7, 0
	s8i a10, a7, 1
	s8i a11, a7, 2
	s8i a12, a7, 3
	add a9, a9, a14
	add a10, a10, a14
	add a11, a11, a14
	add a12, a12, a14
	srai a9, a9, 8
	srai a10, a10, 8
	srai a11, a11, 8
	srai a12, a12, 8
	s8i a9, a4, 0
	s8i a10, a4, 1
	s8i a11, a4, 2
	s8i a12, a4, 3
	addi a7, a7, 4
	addi a4, a4, 4
.Lfour_s3lm_pie_parts:
	extui a8, a5, 0, 2
	align_loop s3lm_pie_parts
	loopnez a8, .Lone_s3lm_pie_parts
	lsi f0, a2, 0
	addi a2, a2, 4
	mul.s f0, f0, f8
	round.s a9, f0, 0
	min a9, a9, a6
	max a9, a9, a13
	s8i a9, a7, 0
	add a9, a9, a14
	srai a9, a9, 8
	s8i a9, a4, 0
	addi a7, a7, 1
	addi a4, a4, 1
.Lone_s3lm_pie_parts:
	retw.n
	end_function s3lm_pie_parts
