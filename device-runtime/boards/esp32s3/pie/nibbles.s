# Rows of 4-bit codes in groups: exact sums of codes of 4 bits times codes of 8 bits, group by group.
#
# A block of 16 bytes has the codes of 32 columns, the first half of them in the low nibbles. A product by 16 that keeps
# its low byte gives the low nibbles times 16, a mask gives the high ones times 16; the factor goes when a group's sum
# is taken out of the accumulator. Sums of 32 columns lie within -32,512..32,768, one more than 16 bits hold: the
# accumulator begins at -1, and s3lm_pie_weigh_nibbles adds the scales once more.
	.include "pie.inc"

	.section .rodata.s3lm_pie_nibble_constants,"a",@progbits
	.p2align 3
.Lnibble_constants:
	.long -16, -1		# -1, times 16
	.long 0xF0F0F0F0
	.long 0x10101010
.Lnibble_ones:
	.long 0x00010001
.Lnibble_eights:
	.long 0x08080808
	.text
	.literal .Lnibble_constants_at, .Lnibble_constants
	.literal .Lnibble_ones_at, .Lnibble_ones
	.literal .Lnibble_eights_at, .Lnibble_eights

# The sum in the accumulator into \au, and the accumulator back to its beginning.
.macro nibbles_take au
	ee_srs_accx \au, 9, 0
	ee_ld_accx_ip 8, 0
.endm

# One block of rows A and B, in q0 and q1, whose next blocks come into their places as soon as they are taken apart: the
# low nibbles into q2, the high ones into q3. Row B's products bring the next codes of x into q5, for the high nibbles, and
# q4. A sum of 32 columns:
.macro nibbles_block_32
	ee_andq 3, 0, 6
	ee_vmul_s8_ld_incp 0, 10, 2, 0, 7
	ee_vmulas_s8_accx 3, 5
	ee_vmulas_s8_accx 2, 4
	ee_andq 3, 1, 6
	nibbles_take 14
	ee_vmul_s8_ld_incp 1, 11, 2, 1, 7
	ee_vmulas_s8_accx_ld_ip 5, 12, -16, 3, 5
	ee_vmulas_s8_accx_ld_ip 4, 12, 48, 2, 4
	s16i a14, a13, 0
	nibbles_take 15
	addi.n a13, a13, 2
	s16i a15, a13, 30
.endm

# The same, two sums of 16 columns:
.macro nibbles_block_16
	ee_andq 3, 0, 6
	ee_vmul_s8_ld_incp 0, 10, 2, 0, 7
	ee_vmulas_s8_accx 3, 5
	ee_andq 3, 1, 6
	nibbles_take 14
	ee_vmulas_s8_accx 2, 4
	s16i a14, a13, 2
	nibbles_take 15
	ee_vmul_s8_ld_incp 1, 11, 2, 1, 7
	ee_vmulas_s8_accx_ld_ip 5, 12, -16, 3, 5
	s16i a15, a13, 0
	nibbles_take 14
	ee_vmulas_s8_accx_ld_ip 4, 12, 48, 2, 4
	s16i a14, a13, 34
	nibbles_take 15
	addi.n a13, a13, 4
	s16i a15, a13, 28
.endm

# Where the rows of the next pair begin; where none follows, x, so that nothing behind the rows is read.
.macro nibbles_next_pair
	mov.n a10, a2
	add.n a11, a2, a6
	moveqz a11, a2, a5
	add.n a2, a11, a6
	movltz a10, a3, a5
	movltz a11, a3, a5
.endm

# s3lm_pie_nibbles_16(w, x, sums, rows, stride, blocks): sums of each 16 columns of some blocks of rows, less 1.
# s3lm_pie_nibbles_32: of each 32.
#   a2 w      first block of the first row, 16-byte aligned; rows are `stride` bytes apart
#   a3 x      codes of the blocks' columns, 16-byte aligned
#   a4 sums   16 of int16 for each row, and for one more row when `rows` is odd; 16-byte aligned
#   a5 rows   >= 1
#   a6 stride
#   a7 blocks of a row, 1..8 or 1..16
# Rows go in pairs, A and B; a last one by itself is both.
.macro nibbles_function name, columns
	function \name
	entry a1, 32
	l32r a8, .Lnibble_constants_at
	movi.n a9, 4
	ssai 0
	addi.n a10, a8, 8
	ee_vldbc_32_ip 6, 10, 4
	ee_vldbc_32 7, 10
	ee_ld_accx_ip 8, 0
	addi.n a5, a5, -1
	addi.n a7, a7, -1
	nibbles_next_pair
	addi a12, a3, 16
	ee_vld_128_ip 0, 10, 16
	ee_vld_128_ip 1, 11, 16
	ee_vld_128_ip 5, 12, -16
	ee_vld_128_ip 4, 12, 48
	align_loop \name
.Lpair_\name:
	addi a5, a5, -2
	mov.n a13, a4
	addi a4, a4, 64
	align_loop \name
	loopnez a7, .Lblocks_\name
	nibbles_block_\columns
.Lblocks_\name:
	nibbles_next_pair
	addi a12, a3, 16
	nibbles_block_\columns
	bgez a5, .Lpair_\name
	retw.n
	end_function \name
.endm

	nibbles_function s3lm_pie_nibbles_16, 16
	nibbles_function s3lm_pie_nibbles_32, 32

# s3lm_pie_clear_nibbles(sums, rows): what stands behind the last sum of a row, -1.  a2 sums, a3 rows >= 1
	function s3lm_pie_clear_nibbles
	entry a1, 32
	ee_zero_q 0
	ee_notq 0, 0
	align_loop s3lm_pie_clear_nibbles
	loop a3, .Lcleared
	ee_vst_128_ip 0, 2, 16
	ee_vst_128_ip 0, 2, 16
.Lcleared:
	retw.n
	end_function s3lm_pie_clear_nibbles

# The 16 bytes from a6 on, of which the last that count are at a13, into q2 as words of 16 bits with q3: each \twice
# when groups have two sums. Nothing behind the last is read. Both addresses move by \step.
.macro nibbles_numbers twice, step, sign
	ee_ld_128_usar_xp 1, 13, \step
	ee_ld_128_usar_xp 0, 6, \step
	ee_zero_q 3
	ee_src_q 2, 0, 1
	.if \twice
	mv_qr 1, 2
	ee_vzip_8 2, 1
	.endif
	.if \sign
	ee_vcmp_lt_s8 3, 2, 3
	.endif
	ee_vzip_8 2, 3
.endm

# s3lm_pie_weigh_nibbles(job): totals[r] = sum over sums g of a row of scales[r][g] * (sums[r][g] + 1) +
# offsets[r][g] * x_sums[g], after what totals[r] holds when `more`. Of 16 sums of a row those behind the last are -1,
# and 0 those of x.
# s3lm_pie_weigh_nibbles_64: each scale and offset belongs to two sums that follow each other.
#   a2 job    {scales, bytes from scales to offsets, bytes between rows of either, bytes before the last of a row's,
#             sums, x_sums, totals, rows, more}
.macro weigh_nibbles_function name, twice
	function \name
	entry a1, 32
	l32r a8, .Lnibble_ones_at
	l32i.n a6, a2, 0
	l32i.n a14, a2, 4
	l32i.n a15, a2, 8
	l32i.n a13, a2, 12
	l32i.n a11, a2, 16
	l32i.n a12, a2, 20
	l32i.n a5, a2, 24
	l32i.n a10, a2, 28
	l32i.n a7, a2, 32
	add.n a13, a6, a13
	sub a15, a15, a14
	ee_vld_128_ip 6, 12, 16
	ee_vld_128_ip 7, 12, 0
	mov.n a9, a5
	slli a7, a7, 3
	# What the totals begin with: the zero behind the job, or what they are.
	bnez a7, .Lmore_\name
	addi a9, a2, 40
.Lmore_\name:
	align_loop \name
	loop a10, .Lrows_\name
	ee_vld_128_ip 4, 11, 16
	ee_ld_accx_ip 9, 0
	nibbles_numbers \twice, 14, 0
	ee_vmulas_s16_accx_ld_ip 5, 11, 16, 2, 4
	ee_vldbc_32 1, 8
	ee_vmulas_s16_accx 3, 5
	ee_vmulas_s16_accx 2, 1
	ee_vmulas_s16_accx 3, 1
	nibbles_numbers \twice, 15, 1
	ee_vmulas_s16_accx 2, 6
	ee_vmulas_s16_accx 3, 7
	add.n a9, a9, a7
	ee_st_accx_ip 5, 8
.Lrows_\name:
	retw.n
	end_function \name
.endm

	weigh_nibbles_function s3lm_pie_weigh_nibbles, 0
	weigh_nibbles_function s3lm_pie_weigh_nibbles_64, 1

# s3lm_pie_sum_codes(codes, sums, count, chunks): 8 times the sum of each 16 * `chunks` codes of a vector, as offsets are
# eighths, followed by zeros up to a multiple of 16; where these end.
#   a2 codes  16-byte aligned
#   a3 sums   int16, 32-byte aligned
#   a4 count  >= 1
#   a5 chunks 1 or 2
	function s3lm_pie_sum_codes
	entry a1, 32
	l32r a8, .Lnibble_eights_at
	movi.n a9, 0
	ee_vldbc_32 7, 8
.Lsum_codes:
	ee_zero_accx
	align_loop s3lm_pie_sum_codes
	loop a5, .Lsum_chunks
	ee_vld_128_ip 0, 2, 16
	nop.n
	ee_vmulas_s8_accx 0, 7
.Lsum_chunks:
	addi.n a4, a4, -1
	ee_srs_accx 10, 9, 0
	nop.n
	s16i a10, a3, 0
	addi.n a3, a3, 2
	bnez a4, .Lsum_codes
.Lsum_rest:
	extui a8, a3, 0, 5
	beqz a8, .Lsum_done
	s16i a9, a3, 0
	addi.n a3, a3, 2
	j .Lsum_rest
.Lsum_done:
	mov.n a2, a3
	retw.n
	end_function s3lm_pie_sum_codes
