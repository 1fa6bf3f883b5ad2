# Rows of codes in groups, each group with a whole number of 8 bits: sums that stay exact.
	.include "pie.inc"

# The sum of a group, which stays inside 32 bits with its number, into the lower and the upper 16 bits' sums.
.macro weigh_sum
	ee_st_accx_ip 6, 0
	l8ui a13, a5, 0
	l32i a14, a6, 0
	addi a5, a5, 1
	mull a13, a13, a14
	extui a14, a13, 0, 16
	srai a13, a13, 16
	add a11, a11, a14
	add a12, a12, a13
.endm

# s3lm_pie_weigh(job, x, totals): totals[r] = sum over groups g of (w[r][g] . x[g]) * numbers[r][g]. Rows and numbers
# follow each other without gaps.
#   a2 job    {w, numbers, rows, groups of a row, chunks of 16 columns of a group, chunks of the last one}
#   a3 x      codes of a row's columns, 16-byte aligned
#   a4 totals int64 per row, 8-byte aligned
	function s3lm_pie_weigh
	entry a1, 32
	mov.n a6, a4
	mov.n a4, a3
	l32i a3, a2, 0
	l32i a5, a2, 4
	l32i a7, a2, 8
	l32i a8, a2, 12
	l32i a9, a2, 16
	l32i a15, a2, 20
.Lweigh_row:
	mov.n a10, a4
	movi.n a11, 0
	movi.n a12, 0
	mov.n a2, a8
.Lweigh_group:
	mov.n a13, a9
	bnei a2, 1, .Lweigh_whole
	mov.n a13, a15
.Lweigh_whole:
	ee_zero_accx
	align_loop s3lm_pie_weigh
	loop a13, .Lweigh_chunks
	ee_vld_128_ip 0, 3, 16
	ee_vld_128_ip 1, 10, 16
	ee_vmulas_s8_accx 0, 1
.Lweigh_chunks:
	weigh_sum
	addi a2, a2, -1
	bnez a2, .Lweigh_group
	slli a13, a12, 16
	srai a12, a12, 16
	add a11, a11, a13
	bgeu a11, a13, .Lweigh_store
	addi a12, a12, 1
.Lweigh_store:
	s32i a11, a6, 0
	s32i a12, a6, 4
	addi a6, a6, 8
	addi a7, a7, -1
	bnez a7, .Lweigh_row
	retw.n
	end_function s3lm_pie_weigh

# s3lm_pie_weigh_pairs(job, x, totals): the same for groups of 32, 64, 128 ... columns and both planes of 16-bit codes, 32
# columns at a time and at most 512 of a row: then the sums with their numbers stay inside 32 bits.
#   a2 job    {w, numbers, bytes from the end of a row's columns to the next row's, bytes from a row's numbers to the
#             next row's, log2 of a group's 32 columns, 32 columns of a row, whether 16 more follow them, bytes
#             from x to the lower bytes of its codes, where the totals end, whether what they hold is added to}
#   a3 x      codes of a row's columns, 16-byte aligned; 32 bytes behind them may be read
#   a4 totals int64 per row, 8-byte aligned; those of the lower bytes 512 bytes behind
#
# a12 gets the sum, a13 that of the lower bytes, a14 the number. q0, q1 weights, q2, q3 codes, q4, q5 their lower bytes.
.macro weigh_number
	srl a14, a15
	addi.n a15, a15, 1
	add.n a14, a14, a5
	l8ui a14, a14, 0
.endm
# The total a\t to the sum that lies at \at, or into its place.
.macro weigh_total t, at, name
	srai a13, \t, 31
	beqz a12, .Lonly_\name
	l32i a14, a6, \at
	l32i a11, a6, \at + 4
	add.n \t, \t, a14
	add.n a13, a13, a11
	bgeu \t, a14, .Lonly_\name
	addi.n a13, a13, 1
.Lonly_\name:
	s32i \t, a6, \at
	s32i a13, a6, \at + 4
.endm
	function s3lm_pie_weigh_pairs
	entry a1, 32
	mov.n a6, a4
	mov.n a4, a3
	l32i.n a3, a2, 0
	l32i.n a5, a2, 4
	l32i.n a8, a2, 16
	movi.n a7, 0
	ssr a8
.Lrow_weigh_pairs:
	l32i.n a11, a2, 28
	l32i.n a12, a2, 20
	mov.n a10, a4
	add.n a11, a11, a4
	ee_vld_128_ip 2, 10, 16
	ee_vld_128_ip 3, 10, 16
	ee_vld_128_ip 4, 11, 16
	ee_vld_128_ip 5, 11, 16
	movi.n a9, 0
	movi.n a15, 0
	movi.n a8, 0
	align_loop s3lm_pie_weigh_pairs
	loopnez a12, .Lpairs_weigh_pairs
	ee_vld_128_ip 0, 3, 16
	ee_vld_128_ip 1, 3, 16
	ee_zero_accx
	ee_vmulas_s8_accx_ld_ip 2, 10, 16, 0, 2
	ee_vmulas_s8_accx_ld_ip 3, 10, 16, 1, 3
	weigh_number
	ee_srs_accx 12, 7, 0
	ee_zero_accx
	ee_vmulas_s8_accx_ld_ip 4, 11, 16, 0, 4
	ee_vmulas_s8_accx_ld_ip 5, 11, 16, 1, 5
	mull a12, a12, a14
	ee_srs_accx 13, 7, 0
	add.n a8, a8, a12
	mull a13, a13, a14
	nop.n
	add.n a9, a9, a13
.Lpairs_weigh_pairs:
	l32i.n a12, a2, 24
	beqz a12, .Leven_weigh_pairs
	ee_vld_128_ip 0, 3, 16
	ee_zero_accx
	weigh_number
	ee_vmulas_s8_accx 0, 2
	nop.n
	ee_srs_accx 12, 7, 0
	ee_zero_accx
	ee_vmulas_s8_accx 0, 4
	mull a12, a12, a14
	ee_srs_accx 13, 7, 0
	add.n a8, a8, a12
	mull a13, a13, a14
	nop.n
	add.n a9, a9, a13
.Leven_weigh_pairs:
	l32i.n a12, a2, 36
	weigh_total a8, 0, high
	weigh_total a9, 512, low
	l32i.n a8, a2, 8
	l32i.n a9, a2, 12
	l32i.n a10, a2, 32
	add.n a3, a3, a8
	add.n a5, a5, a9
	addi.n a6, a6, 8
	beq a6, a10, .Ldone_weigh_pairs
	j .Lrow_weigh_pairs
.Ldone_weigh_pairs:
	retw.n
	end_function s3lm_pie_weigh_pairs

# s3lm_pie_weigh_rows(job, x): y[r] = (sum over groups g of (w[r][g] . x[g]) * numbers[r][g], rounded to the nearest float) *
# scales[r] * factor for groups of 32 columns, at most 512 columns and codes of 16 bits. Rows and numbers follow each other.
#   a2 job    {w, numbers, scales, y, end of y, 32 columns of a row, whether 16 more follow them, bytes from x to the lower bytes
#             of its codes, bits of factor}
#   a3 x      codes of a row's columns, 16-byte aligned; 32 bytes behind them may be read
#
# Registers as above. The sum is 2^16 * a12 + a8, which are floats as they are; while the products of one row are under way the
# next one begins.
	function s3lm_pie_weigh_rows
	entry a1, 32
	mov.n a4, a3
	l32i.n a8, a2, 32
	wfr f8, a8
	movi.n a7, 1
	slli a7, a7, 16
	float.s f9, a7, 0
	l32i.n a3, a2, 0
	l32i.n a5, a2, 4
	l32i.n a15, a2, 8
	l32i.n a6, a2, 12
	l32i.n a12, a2, 20
	l32i.n a11, a2, 28
	mov.n a10, a4
	add.n a11, a11, a4
	ee_vld_128_ip 2, 10, 16
	ee_vld_128_ip 3, 10, 16
	ee_vld_128_ip 4, 11, 16
	ee_vld_128_ip 5, 11, 16
	movi.n a7, 0
	movi.n a8, 0
	movi.n a9, 0
.Lrow_weigh_rows:
	align_loop s3lm_pie_weigh_rows
	loopnez a12, .Lpairs_weigh_rows
	ee_vld_128_ip 0, 3, 16
	ee_vld_128_ip 1, 3, 16
	ee_zero_accx
	ee_vmulas_s8_accx_ld_ip 2, 10, 16, 0, 2
	ee_vmulas_s8_accx_ld_ip 3, 10, 16, 1, 3
	l8ui a14, a5, 0
	ee_srs_accx 12, 7, 0
	ee_zero_accx
	ee_vmulas_s8_accx_ld_ip 4, 11, 16, 0, 4
	ee_vmulas_s8_accx_ld_ip 5, 11, 16, 1, 5
	mull a12, a12, a14
	ee_srs_accx 13, 7, 0
	add.n a8, a8, a12
	mull a13, a13, a14
	addi.n a5, a5, 1
	add.n a9, a9, a13
.Lpairs_weigh_rows:
	l32i.n a12, a2, 24
	lsi f2, a15, 0
	beqz a12, .Leven_weigh_rows
	ee_vld_128_ip 0, 3, 16
	ee_zero_accx
	l8ui a14, a5, 0
	ee_vmulas_s8_accx 0, 2
	addi.n a5, a5, 1
	ee_srs_accx 12, 7, 0
	ee_zero_accx
	ee_vmulas_s8_accx 0, 4
	mull a12, a12, a14
	ee_srs_accx 13, 7, 0
	add.n a8, a8, a12
	mull a13, a13, a14
	nop.n
	add.n a9, a9, a13
.Leven_weigh_rows:
	srai a12, a8, 8
	srai a13, a9, 16
	extui a8, a8, 0, 8
	extui a9, a9, 0, 16
	add.n a12, a12, a13
	slli a8, a8, 8
	float.s f0, a12, 0
	add.n a8, a8, a9
	mov.n a10, a4
	mul.s f0, f0, f9
	float.s f1, a8, 0
	l32i.n a11, a2, 28
	ee_vld_128_ip 2, 10, 16
	add.s f0, f0, f1
	add.n a11, a11, a4
	ee_vld_128_ip 3, 10, 16
	ee_vld_128_ip 4, 11, 16
	mul.s f0, f0, f2
	ee_vld_128_ip 5, 11, 16
	l32i.n a13, a2, 16
	l32i.n a12, a2, 20
	mul.s f0, f0, f8
	movi.n a8, 0
	movi.n a9, 0
	addi.n a15, a15, 4
	ssi f0, a6, 0
	addi.n a6, a6, 4
	beq a6, a13, .Ldone_weigh_rows
	j .Lrow_weigh_rows
.Ldone_weigh_rows:
	retw.n
	end_function s3lm_pie_weigh_rows
