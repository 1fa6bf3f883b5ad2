# The float part behind the dot products of dots.s: sums to results, four rows at a time so that no operation waits
# for the one before. The order of the operations is that of kernels_matmul.h.
	.include "pie.inc"

# s3lm_pie_scale_rows(sums, scales, y, rows, factor): y[r] = ((float)sums[r] * scales[r]) * factor.
#   a2 sums   int64 per row, of which the low words count
#   a3 scales float per row
#   a4 y      float per row
#   a5 rows
#   a6 factor bits of a float
	function s3lm_pie_scale_rows
	entry a1, 32
	wfr f8, a6
	srli a7, a5, 2
	align_loop s3lm_pie_scale_rows
	loopnez a7, .Lrows_by_four
	l32i a8, a2, 0
	l32i a9, a2, 8
	l32i a10, a2, 16
	l32i a11, a2, 24
	float.s f0, a8, 0
	float.s f1, a9, 0
	float.s f2, a10, 0
	float.s f3, a11, 0
	lsi f4, a3, 0
	lsi f5, a3, 4
	lsi f6, a3, 8
	lsi f7, a3, 12
	mul.s f0, f0, f4
	mul.s f1, f1, f5
	mul.s f2, f2, f6
	mul.s f3, f3, f7
	mul.s f0, f0, f8
	mul.s f1, f1, f8
	mul.s f2, f2, f8
	mul.s f3, f3, f8
	addi a2, a2, 32
	addi a3, a3, 16
	ssi f0, a4, 0
	ssi f1, a4, 4
	ssi f2, a4, 8
	ssi f3, a4, 12
	addi a4, a4, 16
.Lrows_by_four:
	extui a7, a5, 0, 2
	align_loop s3lm_pie_scale_rows
	loopnez a7, .Lrows_by_one
	l32i a8, a2, 0
	lsi f4, a3, 0
	float.s f0, a8, 0
	addi a2, a2, 8
	addi a3, a3, 4
	mul.s f0, f0, f4
	mul.s f0, f0, f8
	ssi f0, a4, 0
	addi a4, a4, 4
.Lrows_by_one:
	retw.n
	end_function s3lm_pie_scale_rows

# s3lm_pie_scale_wide_rows(high, low, scales, y, rows, factor):
#   y[r] = (((float)high[r] * 256 + (float)low[r]) * scales[r]) * factor.
# Nearest to 256 * high + low where both are below 2^24, so that only their sum is rounded.
#   a2 high, a3 low   int64 per row, of which the low words count
#   a4 scales, a5 y   float per row
#   a6 rows           >= 1
#   a7 factor         bits of a float
	function s3lm_pie_scale_wide_rows
	entry a1, 32
	wfr f8, a7
	movi a8, 256
	float.s f9, a8, 0
	srli a7, a6, 1
	align_loop s3lm_pie_scale_wide_rows
	loopnez a7, .Lwide_rows_by_two
	l32i a8, a2, 0
	l32i a9, a2, 8
	l32i a10, a3, 0
	float.s f0, a8, 0
	float.s f1, a9, 0
	l32i a11, a3, 8
	float.s f2, a10, 0
	float.s f3, a11, 0
	mul.s f0, f0, f9
	mul.s f1, f1, f9
	lsi f4, a4, 0
	lsi f5, a4, 4
	addi a2, a2, 16
	add.s f0, f0, f2
	add.s f1, f1, f3
	addi a3, a3, 16
	addi a4, a4, 8
	mul.s f0, f0, f4
	mul.s f1, f1, f5
	mul.s f0, f0, f8
	mul.s f1, f1, f8
	ssi f0, a5, 0
	ssi f1, a5, 4
	addi a5, a5, 8
.Lwide_rows_by_two:
	bbci a6, 0, .Lwide_rows_done
	l32i a8, a2, 0
	l32i a10, a3, 0
	float.s f0, a8, 0
	float.s f2, a10, 0
	lsi f4, a4, 0
	mul.s f0, f0, f9
	add.s f0, f0, f2
	mul.s f0, f0, f4
	mul.s f0, f0, f8
	ssi f0, a5, 0
.Lwide_rows_done:
	retw.n
	end_function s3lm_pie_scale_wide_rows

# The sum of a row into a9 times 2^23 and a8, which are floats as they are: high = 2^15 * a9 + a8, low = 2^23 * a11 + a10,
# so that 256 * high + low is 2^23 * (a9 + a11) + 256 * a8 + a10, of which the last two stay below 2^24.
.macro parts_load
	l32i.n a8, a2, 0
	l32i.n a9, a2, 4
	l32i.n a10, a7, 0
	l32i.n a11, a7, 4
	add.n a2, a2, a12
	addi.n a7, a7, 8
.endm
.macro parts_join
	src a9, a9, a8
	src a11, a11, a10
	srai a9, a9, 7
	srai a11, a11, 15
	add.n a9, a9, a11
	extui a8, a8, 0, 15
	slli a8, a8, 8
	slli a10, a10, 9
	srli a10, a10, 9
	add.n a8, a8, a10
.endm

	.section .rodata.s3lm_pie_no_sum,"a",@progbits
	.p2align 2
.Lno_sum:
	.long 0, 0
	.literal .Lno_sum_at, .Lno_sum

# s3lm_pie_scale_parts(high, scales, y, rows, factor, low): y[r] = ((float)(256 * high[r] + low[r]) * scales[r]) * factor
# for sums below 2^47, rounded to the nearest float. A row's sum is joined while the products of the one before are under
# way: at least three instructions between two of them.
#   a2 high   int64 per row, of which the low 40 bits count; 0: none
#   a3 scales float per row
#   a4 y      float per row
#   a5 rows   >= 1
#   a6 factor bits of a float
#   a7 low    as high
	function s3lm_pie_scale_parts
	entry a1, 32
	movi.n a12, 8
	bnez a2, .Lparts_two
	l32r a2, .Lno_sum_at
	movi.n a12, 0
.Lparts_two:
	movi.n a8, 1
	slli a8, a8, 23
	float.s f9, a8, 0
	wfr f8, a6
	ssai 8
	addi.n a5, a5, -1
	parts_load
	parts_join
	lsi f2, a3, 0
	float.s f3, a9, 0
	float.s f1, a8, 0
	mul.s f3, f3, f9
	addi.n a3, a3, 4
	align_loop s3lm_pie_scale_parts
	loopnez a5, .Lparts_next
	add.s f0, f3, f1
	parts_load
	mul.s f0, f0, f2
	parts_join
	mul.s f0, f0, f8
	lsi f2, a3, 0
	float.s f3, a9, 0
	float.s f1, a8, 0
	mul.s f3, f3, f9
	ssi f0, a4, 0
	addi.n a3, a3, 4
	addi.n a4, a4, 4
.Lparts_next:
	add.s f0, f3, f1
	mul.s f0, f0, f2
	mul.s f0, f0, f8
	ssi f0, a4, 0
	retw.n
	end_function s3lm_pie_scale_parts

# s3lm_pie_scale_groups(job): y[r] = sum over groups g of (float)sums[g][r] * scales[r][g], in their order; after what
# y[r] holds when `more`.
#   a2 job    {sums, bytes between groups of sums, scales, bytes between rows of scales, y, rows, groups, more}
	function s3lm_pie_scale_groups
	entry a1, 32
	l32i a3, a2, 8
	l32i a4, a2, 16
	l32i a5, a2, 20
	l32i a6, a2, 12
	l32i a7, a2, 24
	l32i a8, a2, 0
	l32i a9, a2, 28
	l32i a15, a2, 4
	addi a5, a5, -4
	bltz a5, .Lgroups_single
.Lgroups_four:
	# a2 sums; a3, a10, a11, a12 scales of the four rows; f8..f11 results
	mov.n a2, a8
	add a10, a3, a6
	add a11, a10, a6
	add a12, a11, a6
	mov.n a13, a7
	bnez a9, .Lgroups_four_more
	l32i a14, a2, 0
	lsi f4, a3, 0
	float.s f0, a14, 0
	l32i a14, a2, 8
	lsi f5, a10, 0
	float.s f1, a14, 0
	l32i a14, a2, 16
	lsi f6, a11, 0
	float.s f2, a14, 0
	l32i a14, a2, 24
	lsi f7, a12, 0
	float.s f3, a14, 0
	mul.s f8, f0, f4
	mul.s f9, f1, f5
	mul.s f10, f2, f6
	mul.s f11, f3, f7
	addi a3, a3, 4
	addi a10, a10, 4
	addi a11, a11, 4
	addi a12, a12, 4
	add a2, a2, a15
	addi a13, a13, -1
	j .Lgroups_four_go
.Lgroups_four_more:
	lsi f8, a4, 0
	lsi f9, a4, 4
	lsi f10, a4, 8
	lsi f11, a4, 12
.Lgroups_four_go:
	align_loop s3lm_pie_scale_groups
	loopnez a13, .Lgroups_four_end
	l32i a14, a2, 0
	lsi f4, a3, 0
	float.s f0, a14, 0
	l32i a14, a2, 8
	lsi f5, a10, 0
	float.s f1, a14, 0
	l32i a14, a2, 16
	lsi f6, a11, 0
	float.s f2, a14, 0
	l32i a14, a2, 24
	lsi f7, a12, 0
	float.s f3, a14, 0
	mul.s f0, f0, f4
	mul.s f1, f1, f5
	mul.s f2, f2, f6
	mul.s f3, f3, f7
	addi a3, a3, 4
	addi a10, a10, 4
	add.s f8, f8, f0
	add.s f9, f9, f1
	add.s f10, f10, f2
	add.s f11, f11, f3
	addi a11, a11, 4
	addi a12, a12, 4
	add a2, a2, a15
.Lgroups_four_end:
	addi a8, a8, 32
	# From behind the first row's scales to the fifth row's.
	sub a13, a6, a7
	slli a13, a13, 2
	add a3, a3, a13
	addi a5, a5, -4
	ssi f8, a4, 0
	ssi f9, a4, 4
	ssi f10, a4, 8
	ssi f11, a4, 12
	addi a4, a4, 16
	bgez a5, .Lgroups_four
.Lgroups_single:
	addi a5, a5, 4
	beqz a5, .Lgroups_done
.Lgroups_one:
	mov.n a2, a8
	mov.n a10, a3
	mov.n a13, a7
	bnez a9, .Lgroups_one_more
	l32i a14, a2, 0
	lsi f4, a10, 0
	float.s f0, a14, 0
	addi a10, a10, 4
	add a2, a2, a15
	addi a13, a13, -1
	mul.s f8, f0, f4
	j .Lgroups_one_go
.Lgroups_one_more:
	lsi f8, a4, 0
.Lgroups_one_go:
	align_loop s3lm_pie_scale_groups
	loopnez a13, .Lgroups_one_end
	l32i a14, a2, 0
	lsi f4, a10, 0
	float.s f0, a14, 0
	addi a10, a10, 4
	add a2, a2, a15
	mul.s f0, f0, f4
	add.s f8, f8, f0
.Lgroups_one_end:
	addi a8, a8, 8
	add a3, a3, a6
	addi a5, a5, -1
	ssi f8, a4, 0
	addi a4, a4, 4
	bnez a5, .Lgroups_one
.Lgroups_done:
	retw.n
	end_function s3lm_pie_scale_groups

# s3lm_pie_touch(begin, lines): reads one word of each 64-byte line, so that the cache fetches them in their order.
#   a2 begin, 4-byte aligned; a3 lines >= 1
	function s3lm_pie_touch
	entry a1, 32
	align_loop s3lm_pie_touch
	loop a3, .Ltouched
	l32i a8, a2, 0
	addi a2, a2, 64
.Ltouched:
	retw.n
	end_function s3lm_pie_touch
