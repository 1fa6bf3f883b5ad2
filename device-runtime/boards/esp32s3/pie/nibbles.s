# Rows of 4-bit codes in groups: exact sums of codes of 4 bits times codes of 8 bits, group by group.
#
# A block of 16 bytes has the codes of 32 columns, the first half of them in the low nibbles. A product by 16 that keeps
# its low byte gives the low nibbles times 16, a mask gives the high ones times 16; the factor goes when a group's sum
# is taken out of the accumulator. Sums of 32 columns with the lower bytes of 16-bit codes lie within -32,512..32,768, one
# more than 16 bits hold: there the accumulator begins at -1, and the scales are added once more. INT8 codes stop at
# -127, so that their sums fit as they are.
	.include "pie.inc"

	.section .rodata.s3lm_pie_nibble_constants,"a",@progbits
	.p2align 4
.Lnibble_ones:
	.long 0x00010001, 0x00010001, 0x00010001, 0x00010001
.Lnibble_constants:
	.long 0, 0
	.long -16, -1		# -1, times 16
	.long 0xF0F0F0F0
	.long 0x10101010
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

# s3lm_pie_nibbles_16(w, x, sums, rows, stride, blocks): sums of each 16 columns of some blocks of rows.
# s3lm_pie_nibbles_32: of each 32.
#   a2 w      first block of the first row, 16-byte aligned; rows are `stride` bytes apart
#   a3 x      codes of the blocks' columns, 16-byte aligned
#   a4 sums   16 of int16 for each row, and for one more row when `rows` is odd; 16-byte aligned
#   a5 rows   >= 1
#   a6 stride
#   a7 blocks of a row, 1..8 or 1..16, and 256 more where sums are to be less 1
# Rows go in pairs, A and B; a last one by itself is both.
.macro nibbles_function name, columns
	function \name
	entry a1, 32
	l32r a8, .Lnibble_constants_at
	movi.n a9, 4
	ssai 0
	addi a10, a8, 16
	ee_vldbc_32_ip 6, 10, 4
	ee_vldbc_32 7, 10
	bbci a7, 8, .Lbegin_\name
	addi.n a8, a8, 8
.Lbegin_\name:
	extui a7, a7, 0, 8
	ee_ld_accx_ip 8, 0
	# From behind a pair's sums to the next pair's.
	slli a10, a7, 3 - \columns / 16
	mov.n a13, a4
	movi a4, 64
	sub a4, a4, a10
	sub a13, a13, a4
	addi.n a5, a5, -1
	addi.n a7, a7, -1
	nibbles_next_pair
	addi a12, a3, 16
	ee_vld_128_ip 0, 10, 16
	ee_vld_128_ip 1, 11, 16
	ee_vld_128_ip 5, 12, -16
	ee_vld_128_ip 4, 12, 48
	# A jump to an instruction across a word's border takes a cycle more.
	.if ((. - \name) & 3) == 1
	nop
	.elseif ((. - \name) & 3) == 2
	nop.n
	.elseif ((. - \name) & 3) == 3
	nop
	nop.n
	.endif
.Lpair_\name:
	addi a5, a5, -2
	add.n a13, a13, a4
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

# s3lm_pie_clear_nibbles(sums, rows, less): what stands behind the last sum of a row, -1 where sums are less 1, else 0.
#   a2 sums, a3 rows >= 1, a4 less
	function s3lm_pie_clear_nibbles
	entry a1, 32
	ee_zero_q 0
	beqz a4, .Lclear
	ee_notq 0, 0
.Lclear:
	align_loop s3lm_pie_clear_nibbles
	loop a3, .Lcleared
	ee_vst_128_ip 0, 2, 16
	ee_vst_128_ip 0, 2, 16
.Lcleared:
	retw.n
	end_function s3lm_pie_clear_nibbles

# s3lm_pie_weigh_nibbles(job): totals[r] = sum over sums g of a row of scales[r][g] * (sums[r][g] + 1) +
# offsets[r][g] * x_sums[g], after what totals[r] holds when `more`. Of 16 sums of a row those behind the last are -1,
# and 0 those of x.
# s3lm_pie_weigh_nibbles_64: each scale and offset belongs to two sums that follow each other.
# s3lm_pie_weigh_nibbles_whole: for sums that are not less 1, of all columns: nothing is added to.
#   a2 job    {scales, bytes from scales to offsets, bytes between rows of either, bytes before the last of a row's,
#             sums, x_sums, totals, rows, more}
.macro weigh_nibbles_function name, twice, whole
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
	.ifeq \whole
	l32i.n a7, a2, 32
	.endif
	add.n a13, a6, a13
	sub a15, a15, a14
	ee_vld_128_ip 6, 12, 16
	ee_vld_128_ip 7, 12, 0
	.ifeq \whole
	mov.n a9, a5
	slli a7, a7, 3
	# What the totals begin with: the zero behind the job, or what they are.
	bnez a7, .Lmore_\name
	addi a9, a2, 40
.Lmore_\name:
	.endif
	align_loop \name
	loop a10, .Lrows_\name
	# The row's numbers are the 16 bytes from a6 on, of which the last that count are at a13: nothing behind them is read.
	# Scales become words of 16 bits in q2 and q3, offsets, which lie a14 behind, in q4 and q1; each twice where groups have
	# two sums.
	ee_ld_128_usar_xp 1, 13, 14
	ee_ld_128_usar_xp 0, 6, 14
	ee_vld_128_ip 4, 11, 16
	ee_zero_q 3
	ee_src_q 2, 0, 1
	.if \whole
	ee_zero_accx
	.else
	ee_ld_accx_ip 9, 0
	.endif
	ee_ld_128_usar_xp 1, 13, 15
	.if \twice
	mv_qr 0, 2
	ee_vzip_8 2, 0
	.endif
	ee_ld_128_usar_xp 0, 6, 15
	ee_vzip_8 2, 3
	ee_vmulas_s16_accx_ld_ip 5, 11, 16, 2, 4
	ee_src_q 4, 0, 1
	ee_zero_q 1
	.if \whole
	ee_vmulas_s16_accx 3, 5
	.else
	ee_vmulas_s16_accx_ld_ip 0, 8, 0, 3, 5
	.endif
	.if \twice
	mv_qr 5, 4
	ee_vzip_8 4, 5
	.endif
	ee_vcmp_lt_s8 1, 4, 1
	.ifeq \whole
	ee_vmulas_s16_accx 2, 0
	.endif
	ee_vzip_8 4, 1
	.ifeq \whole
	ee_vmulas_s16_accx 3, 0
	.endif
	ee_vmulas_s16_accx 4, 6
	ee_vmulas_s16_accx 1, 7
	.ifeq \whole
	add.n a9, a9, a7
	.endif
	ee_st_accx_ip 5, 8
.Lrows_\name:
	retw.n
	end_function \name
.endm

	weigh_nibbles_function s3lm_pie_weigh_nibbles, 0, 0
	weigh_nibbles_function s3lm_pie_weigh_nibbles_64, 1, 0
	weigh_nibbles_function s3lm_pie_weigh_nibbles_whole, 0, 1

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
