# Dot products and weighted sums of cached keys and values of 16 bits.
	.include "pie.inc"

# s3lm_pie_dots16(w, x, sums, rows, n): sums[r] = w[r] . x over n columns of int16; rows follow each other.
#   a2 w       16-byte aligned
#   a3 x       16-byte aligned
#   a4 sums    int64 per row, 8-byte aligned; 2^39 is never reached, so the accumulator does not saturate
#   a5 rows    >= 1
#   a6 n       a multiple of 8, >= 8
	function s3lm_pie_dots16
	entry a1, 32
	srli a7, a6, 4
	beqz a7, .Lshort_dots16
.Lrow_dots16:
	mov.n a8, a3
	ee_zero_accx
	align_loop s3lm_pie_dots16
	loop a7, .Lpair_dots16
	ee_vld_128_ip 0, 2, 16
	ee_vld_128_ip 2, 8, 16
	ee_vld_128_ip 1, 2, 16
	ee_vld_128_ip 3, 8, 16
	ee_vmulas_s16_accx 0, 2
	ee_vmulas_s16_accx 1, 3
.Lpair_dots16:
	bbci a6, 3, .Leven_dots16
	ee_vld_128_ip 0, 2, 16
	ee_vld_128_ip 2, 8, 16
	ee_vmulas_s16_accx 0, 2
.Leven_dots16:
	ee_st_accx_ip 4, 8
	addi a5, a5, -1
	bnez a5, .Lrow_dots16
	retw.n
	# Eight columns.
.Lshort_dots16:
	ee_vld_128_ip 2, 3, 16
	align_loop s3lm_pie_dots16
	loop a5, .Leight_dots16
	ee_vld_128_ip 0, 2, 16
	ee_zero_accx
	ee_vmulas_s16_accx 0, 2
	ee_st_accx_ip 4, 8
.Leight_dots16:
	retw.n
	end_function s3lm_pie_dots16

# s3lm_pie_mix16(weights, values, stride, count, out): 8 sums over `count` rows of sum += weights[t] * values[t][d].
#   a2 weights  int16 per row, any alignment to 2
#   a3 values   first 8 codes, 16-byte aligned; rows `stride` bytes apart
#   a4 stride
#   a5 count    >= 1
#   a6 out      64 bytes, 16-byte aligned: 20 bytes with lanes 0..3, 12 unused, 20 bytes with lanes 4..7, 12 unused, five
#               bytes a lane; 2^39 is never reached
	function s3lm_pie_mix16
	entry a1, 32
	ee_zero_qacc
	srli a7, a5, 1
	align_loop s3lm_pie_mix16
	loopnez a7, .Lpair_mix16
	ee_vldbc_16_ip 2, 2, 2
	ee_vld_128_xp 0, 3, 4
	ee_vldbc_16_ip 3, 2, 2
	ee_vld_128_xp 1, 3, 4
	ee_vmulas_s16_qacc 0, 2
	ee_vmulas_s16_qacc 1, 3
.Lpair_mix16:
	bbci a5, 0, .Leven_mix16
	ee_vldbc_16_ip 2, 2, 2
	ee_vld_128_xp 0, 3, 4
	ee_vmulas_s16_qacc 0, 2
.Leven_mix16:
	ee_st_qacc_l_l_128_ip 6, 16
	ee_st_qacc_l_h_32_ip 6, 16
	ee_st_qacc_h_l_128_ip 6, 16
	ee_st_qacc_h_h_32_ip 6, 16
	retw.n
	end_function s3lm_pie_mix16
