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
