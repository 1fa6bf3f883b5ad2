# e^x and the functions of feed-forwards that are made of it, four elements at a time, with the operations of s3lm_exp,
# s3lm_recip, s3lm_silu, s3lm_gelu and s3lm_gelu_tanh (numerics.h) in their order; the four elements hide the latency of
# the FPU.
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
	.long 0x4b40007f # 8: S3LM_ROUNDER + 127
	.long 0x3aaddd0a # 12: the polynomial of 2^r
	.long 0x3c1e7544 # 16
	.long 0x3d635ba9 # 20
	.long 0x3e75fcde # 24
	.long 0x3f317215 # 28
	.long 0xc2a00000 # 32: -80
	.long 0x42a00000 # 36: 80
	.long 0x7ef127ea # 40: guess of the reciprocal
	.long 0x3d922279 # 44: 2 sqrt(2 / pi) 0.044715
	.long 0x3fcc422a # 48: 2 sqrt(2 / pi)
	.long 0x3f3504f3 # 52: 1 / sqrt 2
	.long 0x3ea7ba05 # 56: 0.3275911
	.long 0x3f87dc22 # 60: the polynomial of the error function
	.long 0xbfba00e3 # 64
	.long 0x3fb5f0e3 # 68
	.long 0xbe91a98e # 72
	.long 0x3e827906 # 76

	.literal .Lconstants_at, .Lconstants
	.literal .Lexponentials_back_at, .Lexponentials_back
	.literal .Lgate_exponentials_at, .Lgate_exponentials
	.literal .Lgate_reciprocals_at, .Lgate_reciprocals
	.literal .Ltanh_exponentials_at, .Ltanh_exponentials
	.literal .Ltanh_reciprocals_at, .Ltanh_reciprocals
	.literal .Lgelu_reciprocals_at, .Lgelu_reciprocals
	.literal .Lgelu_exponentials_at, .Lgelu_exponentials

# What the functions share lies in one section with them: they jump there, and it jumps back to a12.
	.section .text.s3lm_pie_exponential,"ax",@progbits
	.p2align 2
.macro shared_function name, frame=32
	.p2align 2
	.global \name
	.type \name,@function
\name:
	entry a1, \frame
	l32r a7, .Lconstants_at
.endm
# Goes to a shared part and on behind this.
.macro by_way part, back
	l32r a12, .L\back\()_at
	j \part
	.p2align 2
.L\back:
.endm

# f4..f7 = e^(f0..f3) for arguments of at most 88; uses f8..f15, a8..a11, b0..b3, and leaves 1 in f14; a7 the constants.
.macro four_exponentials
	lsi f13, a7, 4 # 1 / ln 2
	lsi f12, a7, 0 # -87
	lsi f14, a7, 8 # S3LM_ROUNDER + 127
	olt.s b0, f0, f12
	olt.s b1, f1, f12
	olt.s b2, f2, f12
	olt.s b3, f3, f12
	four_by mul.s, 0, 0, 13
	four_by add.s, 4, 0, 14
	lsi f13, a7, 12 # of 2^r
	lsi f12, a7, 16
	lsi f15, a7, 20
	rfr a8, f4
	rfr a9, f5
	rfr a10, f6
	rfr a11, f7
	four_by sub.s, 4, 4, 14
	slli a8, a8, 23
	four sub.s, 0, 0, 4
	slli a9, a9, 23
	four_by mul.s, 4, 0, 13
	slli a10, a10, 23
	four_by add.s, 4, 4, 12
	lsi f12, a7, 24
	four mul.s, 4, 4, 0
	lsi f13, a7, 28
	four_by add.s, 4, 4, 15
	slli a11, a11, 23
	four mul.s, 4, 4, 0
	const.s f14, 1
	four_by add.s, 4, 4, 12
	wfr f8, a8
	four mul.s, 4, 4, 0
	wfr f9, a9
	four_by add.s, 4, 4, 13
	wfr f10, a10
	four mul.s, 4, 4, 0
	wfr f11, a11
	four_by add.s, 4, 4, 14
	const.s f12, 0
	four mul.s, 4, 4, 8
	movt.s f4, f12, b0
	movt.s f5, f12, b1
	movt.s f6, f12, b2
	movt.s f7, f12, b3
.endm
.Lfour_exponentials:
	four_exponentials
	jx a12

# One step of Newton for the reciprocals in f4..f7 of f0..f3, f13 = 2.
.macro newton
	four mul.s, 8, 0, 4
	by_four sub.s, 8, 13, 8
	four mul.s, 4, 4, 8
.endm

# f4..f7 = 1 / f0..f3; uses f8..f11, f13, a8..a11, a15.
.Lfour_reciprocals:
	l32i a15, a7, 40 # guess of the reciprocal
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
	jx a12

# f0..f3 = -f4..f7, 80 where these are below -80.
.macro four_exponents
	lsi f12, a7, 32 # -80
	lsi f13, a7, 36 # 80
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
.endm
.macro load4 d0, d1, d2, d3
	lsi \d0, a2, 0
	lsi \d1, a2, 4
	lsi \d2, a2, 8
	lsi \d3, a2, 12
.endm
.macro store4 d0, d1, d2, d3, at
	ssi \d0, \at, 0
	ssi \d1, \at, 4
	ssi \d2, \at, 8
	ssi \d3, \at, 12
.endm

# s3lm_pie_exponentials(x, fours, largest): x[i] = e^(x[i] - largest) for 4 * fours elements, none above largest.
#   a2 x (16-byte aligned), a3 fours >= 1, a4 bits of largest
	shared_function s3lm_pie_exponentials
.Lexponentials:
	wfr f12, a4
	ee_ldf_128_ip 0, 1, 2, 3, 2, 0
	four_by sub.s, 0, 0, 12
	by_way .Lfour_exponentials, exponentials_back
	addi a3, a3, -1
	ee_stf_128_ip 4, 5, 6, 7, 2, 16
	bnez a3, .Lexponentials
	retw.n
	end_function s3lm_pie_exponentials

# s3lm_pie_weigh_scores(x, fours, largest, factors, sums): the same, added to the four lanes of sums, and then x[i] *=
# factors[i], none of which is negative; gives the largest of these, as bits.
#   a2 x, a3 fours >= 1, a4 bits of largest, a5 factors, a6 sums; x and sums 16-byte aligned
	.p2align 2
	.global s3lm_pie_weigh_scores
	.type s3lm_pie_weigh_scores,@function
s3lm_pie_weigh_scores:
	entry a1, 32
	mov.n a14, a6
	movi.n a13, 0
	l32r a7, .Lconstants_at
.Lweigh_scores:
	wfr f12, a4
	ee_ldf_128_ip 0, 1, 2, 3, 2, 0
	four_by sub.s, 0, 0, 12
	four_exponentials
	lsi f8, a5, 0
	lsi f9, a5, 4
	lsi f10, a5, 8
	lsi f11, a5, 12
	ee_ldf_128_ip 0, 1, 2, 3, 14, 0
	four add.s, 0, 0, 4
	four mul.s, 4, 4, 8
	ee_stf_128_ip 0, 1, 2, 3, 14, 0
	rfr a8, f4
	rfr a9, f5
	rfr a10, f6
	rfr a11, f7
	ee_stf_128_ip 4, 5, 6, 7, 2, 16
	maxu a13, a13, a8
	maxu a13, a13, a9
	maxu a13, a13, a10
	maxu a13, a13, a11
	addi a3, a3, -1
	addi a5, a5, 16
	bnez a3, .Lweigh_scores
	mov.n a2, a13
	retw.n
	end_function s3lm_pie_weigh_scores

# s3lm_pie_gate(gates, ups, step, fours, out): out[i] = silu(gates[i * step]) * ups[i * step] for 4 * fours elements;
# what is written never passes what is still to be read, when out <= gates and out <= ups.
#   a2 gates, a3 ups, a4 step in bytes, a5 fours >= 1, a6 out
	.p2align 2
	.global s3lm_pie_gate
	.type s3lm_pie_gate,@function
s3lm_pie_gate:
	entry a1, 32
	mov.n a14, a6
	l32r a7, .Lconstants_at
.Lgates:
	add a13, a2, a4
	add a12, a13, a4
	lsi f4, a2, 0
	lsi f5, a13, 0
	lsi f6, a12, 0
	add a12, a12, a4
	lsi f7, a12, 0
	four_exponents
	by_way .Lfour_exponentials, gate_exponentials
	four_by add.s, 0, 4, 14
	by_way .Lfour_reciprocals, gate_reciprocals
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
	store4 f0, f1, f2, f3, a14
	addi a14, a14, 16
	bnez a5, .Lgates
	retw.n
	end_function s3lm_pie_gate

# s3lm_pie_gelu_tanh(x, fours): x[i] = gelu(x[i]) by the logistic function, for 4 * fours elements.  a2 x, a3 fours >= 1
	shared_function s3lm_pie_gelu_tanh
.Lgelu_tanh:
	load4 f0, f1, f2, f3
	lsi f12, a7, 44
	lsi f13, a7, 48
	four mul.s, 4, 0, 0
	four_by mul.s, 4, 4, 12
	four_by add.s, 4, 4, 13
	four mul.s, 4, 4, 0
	four_exponents
	by_way .Lfour_exponentials, tanh_exponentials
	four_by add.s, 0, 4, 14
	by_way .Lfour_reciprocals, tanh_reciprocals
	load4 f0, f1, f2, f3
	addi a3, a3, -1
	four mul.s, 0, 0, 4
	store4 f0, f1, f2, f3, a2
	addi a2, a2, 16
	bnez a3, .Lgelu_tanh
	retw.n
	end_function s3lm_pie_gelu_tanh

# p = p * t + the constant at \at: p in f8..f11, t in f4..f7.
.macro erf_step at
	lsi f12, a7, \at
	four mul.s, 8, 8, 4
	four_by add.s, 8, 8, 12
.endm

# s3lm_pie_gelu(x, fours): x[i] = gelu(x[i]) by the error function, for 4 * fours elements.  a2 x, a3 fours >= 1
	shared_function s3lm_pie_gelu, 48
.Lgelu:
	load4 f0, f1, f2, f3
	lsi f12, a7, 52 # 1 / sqrt 2
	lsi f13, a7, 56 # 0.3275911
	abs.s f0, f0
	abs.s f1, f1
	abs.s f2, f2
	abs.s f3, f3
	const.s f14, 1
	four_by mul.s, 0, 0, 12
	four_by mul.s, 4, 0, 13
	store4 f0, f1, f2, f3, a1
	four_by add.s, 0, 4, 14
	by_way .Lfour_reciprocals, gelu_reciprocals
	lsi f12, a7, 60
	four_by mul.s, 8, 4, 12
	lsi f12, a7, 64
	four_by add.s, 8, 8, 12
	erf_step 68
	erf_step 72
	erf_step 76
	lsi f0, a1, 0
	lsi f1, a1, 4
	lsi f2, a1, 8
	lsi f3, a1, 12
	four mul.s, 8, 8, 4
	movi a8, 126
	slli a8, a8, 23
	wfr f12, a8
	four mul.s, 0, 0, 0
	by_four mul.s, 8, 12, 8
	neg.s f0, f0
	neg.s f1, f1
	neg.s f2, f2
	neg.s f3, f3
	store4 f8, f9, f10, f11, a1
	by_way .Lfour_exponentials, gelu_exponentials
	lsi f8, a1, 0
	lsi f9, a1, 4
	lsi f10, a1, 8
	lsi f11, a1, 12
	const.s f12, 0
	load4 f0, f1, f2, f3
	four mul.s, 4, 8, 4
	olt.s b0, f0, f12
	olt.s b1, f1, f12
	olt.s b2, f2, f12
	olt.s b3, f3, f12
	by_four sub.s, 8, 14, 4
	movt.s f8, f4, b0
	movt.s f9, f5, b1
	movt.s f10, f6, b2
	movt.s f11, f7, b3
	addi a3, a3, -1
	four mul.s, 0, 0, 8
	store4 f0, f1, f2, f3, a2
	addi a2, a2, 16
	bnez a3, .Lgelu
	retw.n
	end_function s3lm_pie_gelu
