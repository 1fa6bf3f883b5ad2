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

# s3lm_pie_scores16_N(query, keys, scores, rows, scales, factor): scores[t] = ((float)(query . keys[t]) * scales[t]) *
# factor over 8 * N codes of int16, the sum rounded to the nearest float; keys follow each other.
#   a2 query, a3 keys  16-byte aligned; nothing outside of them is read
#   a4 scores          float per row
#   a5 rows            >= 1
#   a6 scales          float per row
#   a7 factor          bits of a float
# The sum is 2^15 * a9 + a8, which are floats as they are. A row's sum is made while the products of the one before are
# under way.
.macro scores_sum N
	ee_zero_accx
	.set chunk, 0
	.rept \N
	ee_vld_128_ip chunk & 1, 3, 16
	.if chunk > 0
	ee_vmulas_s16_accx (chunk - 1) & 1, chunk + 1
	.endif
	.set chunk, chunk + 1
	.endr
.endm
.macro scores_function N
	function s3lm_pie_scores16_\N
	entry a1, 32
	movi.n a8, 1
	slli a8, a8, 15
	float.s f9, a8, 0
	wfr f8, a7
	movi.n a7, 15
	.set chunk, 0
	.rept \N
	ee_vld_128_ip chunk + 2, 2, 16
	.set chunk, chunk + 1
	.endr
	addi.n a5, a5, -1
	addi a4, a4, -4
	scores_sum \N
	nop.n
	ee_vmulas_s16_accx (\N - 1) & 1, \N + 1
	nop.n
	rur_accx_0 8
	ee_srs_accx 9, 7, 0
	extui a8, a8, 0, 15
	float.s f1, a8, 0
	float.s f3, a9, 0
	nop.n
	mul.s f3, f3, f9
	align_loop s3lm_pie_scores16_\N
	loopnez a5, .Lrows_scores16_\N
	scores_sum \N
	lsi f2, a6, 0
	ee_vmulas_s16_accx (\N - 1) & 1, \N + 1
	add.s f0, f3, f1
	rur_accx_0 8
	ee_srs_accx 9, 7, 0
	extui a8, a8, 0, 15
	mul.s f0, f0, f2
	float.s f3, a9, 0
	float.s f1, a8, 0
	addi.n a6, a6, 4
	mul.s f0, f0, f8
	mul.s f3, f3, f9
	addi.n a4, a4, 4
	nop.n
	ssi f0, a4, 0
.Lrows_scores16_\N:
	lsi f2, a6, 0
	add.s f0, f3, f1
	mul.s f0, f0, f2
	mul.s f0, f0, f8
	ssi f0, a4, 4
	retw.n
	end_function s3lm_pie_scores16_\N
.endm
	scores_function 2
	scores_function 4
	scores_function 6

# s3lm_pie_scores16_1: the same for 8 codes, where 32 bits hold a sum. A row's float part runs beside the next one's products.
	function s3lm_pie_scores16_1
	entry a1, 32
	wfr f8, a7
	ee_vld_128_ip 2, 2, 16
	ee_vld_128_ip 0, 3, 16
	ee_zero_accx
	addi.n a5, a5, -1
	ee_vmulas_s16_accx 0, 2
	addi a4, a4, -4
	rur_accx_0 8
	ee_zero_accx
	float.s f3, a8, 0
	align_loop s3lm_pie_scores16_1
	loopnez a5, .Lrows_scores16_1
	ee_vld_128_ip 0, 3, 16
	lsi f2, a6, 0
	ee_vmulas_s16_accx 0, 2
	mul.s f0, f3, f2
	addi.n a6, a6, 4
	rur_accx_0 8
	addi.n a4, a4, 4
	mul.s f0, f0, f8
	ee_zero_accx
	float.s f3, a8, 0
	nop.n
	ssi f0, a4, 0
.Lrows_scores16_1:
	lsi f2, a6, 0
	mul.s f0, f3, f2
	mul.s f0, f0, f8
	ssi f0, a4, 4
	retw.n
	end_function s3lm_pie_scores16_1

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
