# Floats to codes: x[i] times the inverse of a scale, rounded to the nearest integer, ties to even, within limits. The sum of a
# number below 2^22 and 1.5 * 2^23 has the rounded number in its lowest bits, and as integers such sums order like the numbers.
# Eight at a time where x lies at a multiple of 16 bytes, so that no operation waits for the one before.
	.include "pie.inc"

	.section .text.s3lm_pie_codes,"ax",@progbits
	.literal .Lrounder, 0x4b400000

# f8 = the inverse in a3, f9 the rounder, a12 and a13 its bits less and plus a6, q6 and q7 these in all lanes; a9 32 bytes of stack,
# a8 = eights to go, none where x (a2) lies elsewhere, a15 = what is left behind them.
.macro codes_begin
	entry a1, 64
	l32r a8, .Lrounder
	wfr f8, a3
	wfr f9, a8
	sub a12, a8, a6
	add.n a13, a8, a6
	s32i.n a12, a1, 0
	s32i.n a13, a1, 4
	mov.n a9, a1
	srli a8, a5, 3
	ee_vldbc_32_ip 6, 9, 4
	ee_vldbc_32_ip 7, 9, -4
	extui a10, a2, 0, 4
	movi.n a11, 0
	movnez a8, a11, a10
	slli a15, a8, 3
	sub a15, a5, a15
.endm

# The next eight codes in q0, as int16.
.macro codes_eight
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
	add.s f0, f0, f9
	add.s f1, f1, f9
	add.s f2, f2, f9
	add.s f3, f3, f9
	add.s f4, f4, f9
	add.s f5, f5, f9
	add.s f6, f6, f9
	add.s f7, f7, f9
	ee_stf_128_ip 0, 1, 2, 3, 9, 0
	ee_vld_128_ip 0, 9, 16
	ee_stf_128_ip 4, 5, 6, 7, 9, 0
	ee_vld_128_ip 1, 9, -16
	ee_vmax_s32 0, 0, 6
	ee_vmin_s32 0, 0, 7
	ee_vmax_s32 1, 1, 6
	ee_vmin_s32 1, 1, 7
	ee_vunzip_16 0, 1
.endm

# The next one in a10, behind the bits of the rounder.
.macro codes_one
	lsi f0, a2, 0
	addi.n a2, a2, 4
	mul.s f0, f0, f8
	add.s f0, f0, f9
	rfr a10, f0
	max a10, a10, a12
	min a10, a10, a13
.endm

# s3lm_pie_codes8(x, inverse, codes, n, most): codes[i] = x[i] * inverse rounded to even, within -most..most; NaN without a sign
# gives most.  a2 x, a3 bits of inverse, a4 codes (8-byte aligned), a5 n, a6 most
# s3lm_pie_codes16: the same as int16, 16-byte aligned.
# s3lm_pie_parts(..., low): the same codes, their upper and their lower bytes apart, both signed. a4 upper, a7 lower bytes, both
# 8-byte aligned
.macro codes_function name
	.p2align 2
	.global \name
	.type \name,@function
\name:
	codes_begin
.endm

	codes_function s3lm_pie_codes8
	align_loop s3lm_pie_codes8
	loopnez a8, .Leight_codes8
	codes_eight
	ee_vunzip_8 0, 1
	ee_vst_l_64_ip 0, 4, 8
.Leight_codes8:
	align_loop s3lm_pie_codes8
	loopnez a15, .Lone_codes8
	codes_one
	s8i a10, a4, 0
	addi.n a4, a4, 1
.Lone_codes8:
	retw.n
	end_function s3lm_pie_codes8

	codes_function s3lm_pie_codes16
	align_loop s3lm_pie_codes16
	loopnez a8, .Leight_codes16
	codes_eight
	ee_vst_128_ip 0, 4, 16
.Leight_codes16:
	align_loop s3lm_pie_codes16
	loopnez a15, .Lone_codes16
	codes_one
	s16i a10, a4, 0
	addi.n a4, a4, 2
.Lone_codes16:
	retw.n
	end_function s3lm_pie_codes16

	codes_function s3lm_pie_parts
	movi a14, 128
	s16i a14, a1, 32
	addi a14, a1, 32
	ee_vldbc_16_ip 5, 14, 0
	align_loop s3lm_pie_parts
	loopnez a8, .Leight_parts
	codes_eight
	ee_vadds_s16 2, 0, 5
	ee_vunzip_8 0, 1
	ee_vst_l_64_ip 0, 7, 8
	ee_vunzip_8 2, 3
	ee_vst_l_64_ip 3, 4, 8
.Leight_parts:
	movi a14, 128
	align_loop s3lm_pie_parts
	loopnez a15, .Lone_parts
	codes_one
	s8i a10, a7, 0
	add a10, a10, a14
	srai a10, a10, 8
	s8i a10, a4, 0
	addi.n a7, a7, 1
	addi.n a4, a4, 1
.Lone_parts:
	retw.n
	end_function s3lm_pie_parts
