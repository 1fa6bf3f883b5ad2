# Weighted sums of int8 rows by int16 weights.
#
# s3lm_pie_mix(weights, values, stride, count, out): 16 sums over `count` rows of sum += weights[t] * values[t][d].
#   a2 weights  int16 per row, any alignment to 2
#   a3 values   first 16 codes, 16-byte aligned; rows `stride` bytes apart
#   a4 stride
#   a5 count    >= 1
#   a6 out      128 bytes, 16-byte aligned: the accumulator after the odd columns (1, 3 ... 15), then after the even
#               ones times 256; each as 20 bytes with lanes 0..3, 12 unused, 20 bytes with lanes 4..7, 12 unused, five
#               bytes a lane
# The codes of a pair are one 16-bit number. Shifted right by 8 it is the odd column; multiplied by 256 in 16 bits it
# is the even one, times 256.
	.include "pie.inc"

.macro mix_columns loop
	ee_zero_qacc
	mov.n a8, a2
	mov.n a9, a3
	ee_vld_128_xp 0, 9, 4
	addi a10, a5, -1
	ee_vldbc_16_ip 1, 8, 2
	loopnez a10, .L\loop
	# The product is ready two instructions later: the loads come between.
	ee_vmul_s16 2, 0, 7
	ee_vld_128_xp 0, 9, 4
	ee_vmulas_s16_qacc 2, 1
	ee_vldbc_16_ip 1, 8, 2
.L\loop:
	ee_vmul_s16 2, 0, 7
	nop.n
	ee_vmulas_s16_qacc 2, 1
	nop.n
	ee_st_qacc_l_l_128_ip 6, 16
	ee_st_qacc_l_h_32_ip 6, 16
	ee_st_qacc_h_l_128_ip 6, 16
	ee_st_qacc_h_h_32_ip 6, 16
.endm

	.literal .Lone, 0x00010001
	.literal .Lshift, 0x01000100

	function s3lm_pie_mix
	entry a1, 48
	l32r a8, .Lone
	l32r a9, .Lshift
	s32i a8, a1, 0
	s32i a9, a1, 4
	mov.n a10, a1
	ee_vldbc_32 7, 10
	ssai 8
	mix_columns odd
	addi a10, a1, 4
	ee_vldbc_32 7, 10
	ssai 0
	mix_columns even
	retw.n
	end_function s3lm_pie_mix

# s3lm_pie_lanes(words, unit, out, step): out[i] = the nearest float to the i-th of four accumulators, times a power of two.
#   a2 words  20 bytes with the accumulators, five bytes each, of which the upper 25 bits are those of a float and the lower 15 too
#   a3 unit   bits of a float
#   a4 out    floats `step` bytes apart
#   a5 step
	function s3lm_pie_lanes
	entry a1, 32
	l32i.n a8, a2, 0
	l32i.n a9, a2, 4
	l32i.n a10, a2, 8
	l32i.n a11, a2, 12
	l32i.n a12, a2, 16
	movi.n a15, 1
	slli a15, a15, 15
	float.s f9, a15, 0
	wfr f8, a3
	ssai 15
	extui a13, a8, 0, 15
	src a8, a9, a8
	slli a8, a8, 7
	srai a8, a8, 7
	float.s f4, a13, 0
	float.s f0, a8, 0
	ssai 23
	extui a13, a9, 8, 15
	src a9, a10, a9
	slli a9, a9, 7
	srai a9, a9, 7
	float.s f5, a13, 0
	float.s f1, a9, 0
	ssai 31
	extui a13, a10, 16, 15
	src a10, a11, a10
	slli a10, a10, 7
	srai a10, a10, 7
	float.s f6, a13, 0
	float.s f2, a10, 0
	ssai 24
	src a13, a12, a11
	extui a13, a13, 0, 15
	srai a14, a12, 7
	float.s f7, a13, 0
	float.s f3, a14, 0
	mul.s f0, f0, f9
	mul.s f1, f1, f9
	mul.s f2, f2, f9
	mul.s f3, f3, f9
	add.s f0, f0, f4
	add.s f1, f1, f5
	add.s f2, f2, f6
	add.s f3, f3, f7
	mul.s f0, f0, f8
	mul.s f1, f1, f8
	mul.s f2, f2, f8
	mul.s f3, f3, f8
	ssi f0, a4, 0
	add.n a4, a4, a5
	ssi f1, a4, 0
	add.n a4, a4, a5
	ssi f2, a4, 0
	add.n a4, a4, a5
	ssi f3, a4, 0
	retw.n
	end_function s3lm_pie_lanes
