# Dot products and weighted sums of floats, each operation rounded by itself: four lanes, lane j with the elements
# j, j + 4, j + 8 ..., joined as (lane 0 + lane 1) + (lane 2 + lane 3). Results of the FPU are ready four cycles
# after their instruction; the order here never waits for one inside a loop.
	.include "pie.inc"

# s3lm_pie_dots_f32(x, rows, stride, count, y, n): y[r] = rows[r] . x over n elements.
#   a2 x       n floats, 16-byte aligned
#   a3 rows    16-byte aligned, `stride` bytes (a multiple of 16) apart
#   a5 count   rows >= 1
#   a6 y
#   a7 n       a multiple of 4, >= 4
	function s3lm_pie_dots_f32
	entry a1, 32
	srli a7, a7, 2
	addi a7, a7, -1
.Lrow_f32:
	mov.n a8, a2
	mov.n a9, a3
	ee_ldf_128_ip 4, 5, 6, 7, 9, 16
	ee_ldf_128_ip 8, 9, 10, 11, 8, 16
	const.s f0, 0
	const.s f1, 0
	const.s f2, 0
	const.s f3, 0
	align_loop s3lm_pie_dots_f32
	loopnez a7, .Lchunk_f32
	mul.s f12, f4, f8
	mul.s f13, f5, f9
	mul.s f14, f6, f10
	mul.s f15, f7, f11
	ee_ldf_128_ip 4, 5, 6, 7, 9, 16
	ee_ldf_128_ip 8, 9, 10, 11, 8, 16
	add.s f0, f0, f12
	add.s f1, f1, f13
	add.s f2, f2, f14
	add.s f3, f3, f15
.Lchunk_f32:
	mul.s f12, f4, f8
	mul.s f13, f5, f9
	mul.s f14, f6, f10
	mul.s f15, f7, f11
	add.s f0, f0, f12
	add.s f1, f1, f13
	add.s f2, f2, f14
	add.s f3, f3, f15
	add a3, a3, a4
	addi a5, a5, -1
	add.s f0, f0, f1
	add.s f2, f2, f3
	add.s f0, f0, f2
	ssi f0, a6, 0
	addi a6, a6, 4
	bnez a5, .Lrow_f32
	retw.n
	end_function s3lm_pie_dots_f32

# s3lm_pie_dots8_f32(x, rows, count, y): the same for rows of 8 elements that follow each other; x stays in f0..f7.
# Lanes start with the first product instead of zero; where all are -0 the result is set to +0 as integer.
#   a2 x, a3 rows, a4 count >= 1, a5 y
	function s3lm_pie_dots8_f32
	entry a1, 32
	ee_ldf_128_ip 0, 1, 2, 3, 2, 16
	ee_ldf_128_ip 4, 5, 6, 7, 2, 16
	addi a4, a4, -1
	addi a5, a5, -4
	# The lanes of the first row; each turn of the loop joins those of the row before its own.
	ee_ldf_128_ip 12, 13, 14, 15, 3, 16
	ee_ldf_128_ip 8, 9, 10, 11, 3, 16
	mul.s f12, f12, f0
	mul.s f13, f13, f1
	mul.s f14, f14, f2
	mul.s f15, f15, f3
	mul.s f8, f8, f4
	mul.s f9, f9, f5
	mul.s f10, f10, f6
	mul.s f11, f11, f7
	add.s f8, f12, f8
	add.s f9, f13, f9
	add.s f10, f14, f10
	add.s f11, f15, f11
	loopnez a4, .Lrows8_f32
	ee_ldf_128_ip 12, 13, 14, 15, 3, 16
	add.s f8, f8, f9
	addi a5, a5, 4
	add.s f10, f10, f11
	mul.s f12, f12, f0
	mul.s f13, f13, f1
	mul.s f14, f14, f2
	add.s f8, f8, f10
	mul.s f15, f15, f3
	rfr a8, f8
	ee_ldf_128_ip 8, 9, 10, 11, 3, 16
	slli a9, a8, 1
	moveqz a8, a9, a9
	s32i a8, a5, 0
	mul.s f8, f8, f4
	mul.s f9, f9, f5
	mul.s f10, f10, f6
	mul.s f11, f11, f7
	add.s f8, f12, f8
	add.s f9, f13, f9
	add.s f10, f14, f10
	add.s f11, f15, f11
.Lrows8_f32:
	add.s f8, f8, f9
	add.s f10, f10, f11
	add.s f8, f8, f10
	rfr a8, f8
	slli a9, a8, 1
	moveqz a8, a9, a9
	s32i a8, a5, 4
	retw.n
	end_function s3lm_pie_dots8_f32

# Four columns of one weighted row: the four values times f8, added to the sums.
.macro mix_columns_f32 s0, s1, s2, s3
	mul.s f9, f9, f8
	mul.s f10, f10, f8
	mul.s f11, f11, f8
	mul.s f12, f12, f8
	add.s \s0, \s0, f9
	add.s \s1, \s1, f10
	add.s \s2, \s2, f11
	add.s \s3, \s3, f12
.endm

# s3lm_pie_mix8_f32(weights, values, stride, count, out, more): out[d] = start + weights[0] * values[0][d] + ... for 8
# columns d, where start is out[d] when `more`, else 0.
# s3lm_pie_mix4_f32: the same for 4 columns.
#   a2 weights
#   a3 values  16-byte aligned rows, `stride` bytes apart (a multiple of 16)
#   a5 count   >= 1
#   a6 out
#   a7 more
	function s3lm_pie_mix8_f32
	entry a1, 32
	addi a4, a4, -16
	beqz a7, .Lmix8_zero
	lsi f0, a6, 0
	lsi f1, a6, 4
	lsi f2, a6, 8
	lsi f3, a6, 12
	lsi f4, a6, 16
	lsi f5, a6, 20
	lsi f6, a6, 24
	lsi f7, a6, 28
	j .Lmix8_go
.Lmix8_zero:
	const.s f0, 0
	const.s f1, 0
	const.s f2, 0
	const.s f3, 0
	const.s f4, 0
	const.s f5, 0
	const.s f6, 0
	const.s f7, 0
.Lmix8_go:
	align_loop s3lm_pie_mix8_f32
	loop a5, .Lmix8_f32
	lsi f8, a2, 0
	ee_ldf_128_ip 9, 10, 11, 12, 3, 16
	mix_columns_f32 f0, f1, f2, f3
	ee_ldf_128_xp 9, 10, 11, 12, 3, 4
	addi a2, a2, 4
	mix_columns_f32 f4, f5, f6, f7
.Lmix8_f32:
	ssi f4, a6, 16
	ssi f5, a6, 20
	ssi f6, a6, 24
	ssi f7, a6, 28
	j .Lmix_store
	end_function s3lm_pie_mix8_f32

	.global s3lm_pie_mix4_f32
	.type s3lm_pie_mix4_f32,@function
	.p2align 2
s3lm_pie_mix4_f32:
	entry a1, 32
	beqz a7, .Lmix4_zero
	lsi f0, a6, 0
	lsi f1, a6, 4
	lsi f2, a6, 8
	lsi f3, a6, 12
	j .Lmix4_go
.Lmix4_zero:
	const.s f0, 0
	const.s f1, 0
	const.s f2, 0
	const.s f3, 0
.Lmix4_go:
	align_loop s3lm_pie_mix4_f32
	loop a5, .Lmix4_f32
	ee_ldf_128_xp 9, 10, 11, 12, 3, 4
	lsi f8, a2, 0
	addi a2, a2, 4
	mix_columns_f32 f0, f1, f2, f3
.Lmix4_f32:
.Lmix_store:
	ssi f0, a6, 0
	ssi f1, a6, 4
	ssi f2, a6, 8
	ssi f3, a6, 12
	retw.n
	end_function s3lm_pie_mix4_f32
