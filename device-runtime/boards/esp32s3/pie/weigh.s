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
