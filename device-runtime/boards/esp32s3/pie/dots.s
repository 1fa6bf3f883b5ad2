# Dot products of int8: up to 96 columns of one vector stay in registers while rows of a matrix stream past, one
# instruction for 16 products and the load of the 16 codes after the next.
#
# s3lm_pie_dots_N(w, x, sums, rows, stride): sums[r] = w[r] . x over 16 * N columns, N = 1..6; rows >= 1.
# s3lm_pie_more_N: the same, added to what `sums` holds.
#   a2 w       first row, 16-byte aligned; rows are `stride` bytes apart (a multiple of 16, may be 0)
#   a3 x       16 * N codes, 16-byte aligned
#   a4 sums    int64 per row, 8-byte aligned; 2^39 is never reached, so the accumulator does not saturate
#   a5 rows
#   a6 stride
# Nothing outside the rows is read. Either core may call them; they keep no state.
	.include "pie.inc"

# Zero or the sum so far into the accumulator.
.macro dots_begin more
	.if \more
	ee_ld_accx_ip 4, 0
	.else
	ee_zero_accx
	.endif
.endm

# One row of N chunks; its first two are in q0 and q1 (swapped when `odd`). Chunk c + 2 is loaded into the register
# of chunk c while c is multiplied; behind a row's last chunk the address jumps to the next row by a6.
.macro dots_row N, odd, more
	dots_begin \more
	.set chunk, 0
	.rept \N
	.set weights, (chunk + \odd) & 1
	.if (chunk + 2) % \N == \N - 1
	ee_vmulas_s8_accx_ld_xp weights, 2, 6, weights, chunk + 2
	.else
	ee_vmulas_s8_accx_ld_ip weights, 2, 16, weights, chunk + 2
	.endif
	.set chunk, chunk + 1
	.endr
	ee_st_accx_ip 4, 8
.endm

# The last row: loads nothing of a next one.
.macro dots_last N, odd, more
	dots_begin \more
	.set chunk, 0
	.rept \N - 2
	.set weights, (chunk + \odd) & 1
	ee_vmulas_s8_accx_ld_ip weights, 2, 16, weights, chunk + 2
	.set chunk, chunk + 1
	.endr
	ee_vmulas_s8_accx (chunk + \odd) & 1, chunk + 2
	ee_vmulas_s8_accx (chunk + 1 + \odd) & 1, chunk + 3
	ee_st_accx_ip 4, 8
	retw.n
.endm

.macro dots_load_vector N
	.set chunk, 0
	.rept \N
	ee_vld_128_ip chunk + 2, 3, 16
	.set chunk, chunk + 1
	.endr
.endm

.macro dots_function name, N, more
	function \name
	entry a1, 32
	addi a6, a6, -16 * (\N - 1)
	ee_vld_128_ip 0, 2, 16
	.if \N == 2
	ee_vld_128_xp 1, 2, 6
	.else
	ee_vld_128_ip 1, 2, 16
	.endif
	dots_load_vector \N
	addi.n a5, a5, -1
	.if \N & 1
	# Rows alternate between the two registers' roles, so they go in pairs.
	srli a7, a5, 1
	align_loop \name
	loopnez a7, .Lpairs_\name
	dots_row \N, 0, \more
	dots_row \N, 1, \more
.Lpairs_\name:
	bbci a5, 0, .Llast_\name
	dots_row \N, 0, \more
	dots_last \N, 1, \more
.Llast_\name:
	dots_last \N, 0, \more
	.else
	align_loop \name
	loopnez a5, .Lrows_\name
	dots_row \N, 0, \more
.Lrows_\name:
	dots_last \N, 0, \more
	.endif
	end_function \name
.endm

# A single chunk a row.
.macro dots_single name, more
	function \name
	entry a1, 32
	ee_vld_128_ip 2, 3, 16
	align_loop \name
	loop a5, .Lrows_\name
	ee_vld_128_xp 0, 2, 6
	dots_begin \more
	ee_vmulas_s8_accx 0, 2
	ee_st_accx_ip 4, 8
.Lrows_\name:
	retw.n
	end_function \name
.endm

	dots_single s3lm_pie_dots_1, 0
	dots_function s3lm_pie_dots_2, 2, 0
	dots_function s3lm_pie_dots_3, 3, 0
	dots_function s3lm_pie_dots_4, 4, 0
	dots_function s3lm_pie_dots_5, 5, 0
	dots_function s3lm_pie_dots_6, 6, 0
	dots_single s3lm_pie_more_1, 1
	dots_function s3lm_pie_more_2, 2, 1
	dots_function s3lm_pie_more_3, 3, 1
	dots_function s3lm_pie_more_4, 4, 1
	dots_function s3lm_pie_more_5, 5, 1
	dots_function s3lm_pie_more_6, 6, 1

# s3lm_pie_wide_4(w, x, scales, rows, y, factor): y[r] = (float)(w[r] . x) * scales[r] * factor over 64 columns and codes of 16
# bits: 32 bits hold such a sum, so that one conversion rounds it to the nearest float.
#   a2 w       16-byte aligned, rows follow each other
#   a3 x       64 upper bytes of codes, then 64 lower ones, 16-byte aligned
#   a4 scales  float per row
#   a5 rows    >= 1
#   a6 y       float per row
#   a7 factor  bits of a float
# The upper bytes stay in q2 to q5. Each row's float part runs between the products of the next one, and the first time for none:
# a10 is 0 then.
.macro wide_row last
	ee_zero_accx
	ee_vmulas_s8_accx_ld_ip 0, 2, 16, 0, 2
	lsi f1, a4, 0
	ee_vmulas_s8_accx_ld_ip 1, 2, -48, 1, 3
	mul.s f2, f0, f1
	ee_vmulas_s8_accx_ld_ip 6, 3, 16, 0, 4
	ee_vmulas_s8_accx_ld_ip 7, 3, -48, 1, 5
	add.n a4, a4, a10
	mul.s f2, f2, f8
	rur_accx_0 9
	ee_zero_accx
	ee_vmulas_s8_accx_ld_ip 0, 2, 16, 0, 6
	ee_vmulas_s8_accx_ld_ip 1, 2, 48, 1, 7
	ee_vld_128_ip 6, 3, 16
	ee_vld_128_ip 7, 3, 16
	ssi f2, a6, 0
	.if \last
	ee_vmulas_s8_accx 0, 6
	ee_vmulas_s8_accx 1, 7
	.else
	ee_vmulas_s8_accx_ld_ip 0, 2, 16, 0, 6
	ee_vmulas_s8_accx_ld_ip 1, 2, 16, 1, 7
	.endif
	slli a9, a9, 8
	add.n a6, a6, a10
	rur_accx_0 8
	movi.n a10, 4
	add.n a8, a8, a9
	float.s f0, a8, 0
.endm
	function s3lm_pie_wide_4
	entry a1, 32
	wfr f8, a7
	dots_load_vector 4
	movi.n a10, 0
	addi a3, a3, 32
	ee_vld_128_ip 0, 2, 16
	ee_vld_128_ip 1, 2, 16
	wfr f0, a10
	addi.n a5, a5, -1
	align_loop s3lm_pie_wide_4
	loopnez a5, .Lrows_wide
	wide_row 0
.Lrows_wide:
	wide_row 1
	lsi f1, a4, 0
	mul.s f2, f0, f1
	mul.s f2, f2, f8
	ssi f2, a6, 0
	retw.n
	end_function s3lm_pie_wide_4
