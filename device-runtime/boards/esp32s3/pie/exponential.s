# e^x and x / (1 + e^-x) four elements at a time, with the operations of s3lm_exp, s3lm_recip and s3lm_silu
# (numerics.h) in their order; the four elements hide the latency of the FPU.
	.altmacro
	.include "pie.inc"

# Groups of four registers: 0 = f0..f3, 4 = f4..f7, 8 = f8..f11. f12..f15 hold constants.
.macro one3 name, d, a, b
	\name f\d, f\a, f\b
.endm
# d[i] = a[i] op b[i]
.macro four name, d, a, b
	one3 \name, %(\d), %(\a), %(\b)
	one3 \name, %(\d + 1), %(\a + 1), %(\b + 1)
	one3 \name, %(\d + 2), %(\a + 2), %(\b + 2)
	one3 \name, %(\d + 3), %(\a + 3), %(\b + 3)
.endm
# d[i] = a[i] op c
.macro four_by name, d, a, c
	one3 \name, %(\d), %(\a), %(\c)
	one3 \name, %(\d + 1), %(\a + 1), %(\c)
	one3 \name, %(\d + 2), %(\a + 2), %(\c)
	one3 \name, %(\d + 3), %(\a + 3), %(\c)
.endm
# d[i] = c op a[i]
.macro by_four name, d, c, a
	one3 \name, %(\d), %(\c), %(\a)
	one3 \name, %(\d + 1), %(\c), %(\a + 1)
	one3 \name, %(\d + 2), %(\c), %(\a + 2)
	one3 \name, %(\d + 3), %(\c), %(\a + 3)
.endm

# The constants, at multiples of 4 from a7.
	.section .rodata.s3lm_pie_constants,"a",@progbits
	.p2align 2
.Lconstants:
	.long 0xc2ae0000 # 0: -87
	.long 0x3fb8aa3b # 4: 1 / ln 2
	.long 0x4b400000 # 8: S3LM_ROUNDER
	.long 0x3f318000 # 12: ln 2, high part
	.long 0xb95e8083 # 16: ln 2, low part
	.long 0x39500d01 # 20: 1/5040
	.long 0x3ab60b61 # 24: 1/720
	.long 0x3c088889 # 28: 1/120
	.long 0x3d2aaaab # 32: 1/24
	.long 0x3e2aaaab # 36: 1/6
	.long 0xc2a00000 # 40: -80
	.long 0x42a00000 # 44: 80
	.long 0x7ef311c7 # 48: guess of the reciprocal

	.literal .Lconstants_at, .Lconstants

# f4..f7 = e^(f0..f3) for arguments of at most 88; uses f8..f15, a8..a11, b0..b3; a7 the constants, a6 = 127 << 23.
.macro four_exponentials
	lsi f12, a7, 0 # -87
	lsi f13, a7, 4 # 1 / ln 2
	lsi f14, a7, 8 # S3LM_ROUNDER
	olt.s b0, f0, f12
	olt.s b1, f1, f12
	olt.s b2, f2, f12
	olt.s b3, f3, f12
	four_by mul.s, 4, 0, 13
	four_by add.s, 4, 4, 14
	lsi f13, a7, 12 # ln 2, high part
	rfr a8, f4
	rfr a9, f5
	rfr a10, f6
	rfr a11, f7
	four_by sub.s, 4, 4, 14
	lsi f14, a7, 16 # ln 2, low part
	four_by mul.s, 8, 4, 13
	lsi f12, a7, 20 # 1/5040
	four sub.s, 0, 0, 8
	lsi f13, a7, 24 # 1/720
	four_by mul.s, 8, 4, 14
	lsi f15, a7, 28 # 1/120
	four sub.s, 0, 0, 8
	lsi f14, a7, 32 # 1/24
	four_by mul.s, 4, 0, 12
	lsi f12, a7, 36 # 1/6
	four_by add.s, 4, 4, 13
	const.s f13, 3
	four mul.s, 4, 4, 0
	slli a8, a8, 23
	four_by add.s, 4, 4, 15
	slli a9, a9, 23
	four mul.s, 4, 4, 0
	slli a10, a10, 23
	four_by add.s, 4, 4, 14
	slli a11, a11, 23
	four mul.s, 4, 4, 0
	const.s f14, 1
	four_by add.s, 4, 4, 12
	add a8, a8, a6
	four mul.s, 4, 4, 0
	add a9, a9, a6
	four_by add.s, 4, 4, 13
	add a10, a10, a6
	four mul.s, 4, 4, 0
	add a11, a11, a6
	four mul.s, 4, 4, 0
	wfr f8, a8
	four add.s, 4, 4, 0
	wfr f9, a9
	wfr f10, a10
	wfr f11, a11
	four_by add.s, 4, 4, 14
	const.s f12, 0
	four mul.s, 4, 4, 8
	movt.s f4, f12, b0
	movt.s f5, f12, b1
	movt.s f6, f12, b2
	movt.s f7, f12, b3
.endm

# s3lm_pie_exponentials(x, fours, largest): x[i] = e^(x[i] - largest) for 4 * fours elements, none above largest.
#   a2 x, a3 fours >= 1, a4 bits of largest
	function s3lm_pie_exponentials
	entry a1, 32
	l32r a7, .Lconstants_at
	movi a6, 127
	slli a6, a6, 23
.Lexponentials:
	wfr f12, a4
	lsi f0, a2, 0
	lsi f1, a2, 4
	lsi f2, a2, 8
	lsi f3, a2, 12
	four_by sub.s, 0, 0, 12
	four_exponentials
	addi a3, a3, -1
	ssi f4, a2, 0
	ssi f5, a2, 4
	ssi f6, a2, 8
	ssi f7, a2, 12
	addi a2, a2, 16
	bnez a3, .Lexponentials
	retw.n
	end_function s3lm_pie_exponentials

# One step of Newton for the reciprocals in f4..f7 of f0..f3, f13 = 2.
.macro newton
	four mul.s, 8, 0, 4
	by_four sub.s, 8, 13, 8
	four mul.s, 4, 4, 8
.endm

# s3lm_pie_gate(gates, ups, step, fours, out): out[i] = silu(gates[i * step]) * ups[i * step] for 4 * fours elements;
# what is written never passes what is still to be read, when out <= gates and out <= ups.
#   a2 gates, a3 ups, a4 step in bytes, a5 fours >= 1, a6 out
	function s3lm_pie_gate
	entry a1, 32
	mov.n a14, a6
	l32r a7, .Lconstants_at
	movi a6, 127
	slli a6, a6, 23
.Lgates:
	add a13, a2, a4
	add a12, a13, a4
	lsi f4, a2, 0
	lsi f5, a13, 0
	lsi f6, a12, 0
	add a12, a12, a4
	lsi f7, a12, 0
	lsi f12, a7, 40 # -80
	lsi f13, a7, 44 # 80
	neg.s f0, f4
	neg.s f1, f5
	neg.s f2, f6
	neg.s f3, f7
	olt.s b0, f4, f12
	olt.s b1, f5, f12
	olt.s b2, f6, f12
	olt.s b3, f7, f12
	movt.s f0, f13, b0
	movt.s f1, f13, b1
	movt.s f2, f13, b2
	movt.s f3, f13, b3
	four_exponentials
	# 1 + e^-x, and the guess of its reciprocal
	four_by add.s, 0, 4, 14
	l32i a15, a7, 48 # guess of the reciprocal
	const.s f13, 2
	rfr a8, f0
	rfr a9, f1
	rfr a10, f2
	rfr a11, f3
	sub a8, a15, a8
	sub a9, a15, a9
	sub a10, a15, a10
	sub a11, a15, a11
	wfr f4, a8
	wfr f5, a9
	wfr f6, a10
	wfr f7, a11
	newton
	newton
	newton
	newton
	add a13, a2, a4
	add a12, a13, a4
	lsi f0, a2, 0
	lsi f1, a13, 0
	lsi f2, a12, 0
	add a12, a12, a4
	lsi f3, a12, 0
	add a2, a12, a4
	add a13, a3, a4
	lsi f8, a3, 0
	four mul.s, 0, 0, 4
	add a12, a13, a4
	lsi f9, a13, 0
	lsi f10, a12, 0
	add a12, a12, a4
	lsi f11, a12, 0
	add a3, a12, a4
	four mul.s, 0, 0, 8
	addi a5, a5, -1
	ssi f0, a14, 0
	ssi f1, a14, 4
	ssi f2, a14, 8
	ssi f3, a14, 12
	addi a14, a14, 16
	bnez a5, .Lgates
	retw.n
	end_function s3lm_pie_gate
