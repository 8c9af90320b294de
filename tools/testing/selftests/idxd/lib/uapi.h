/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What <linux/idxd.h> promises to programs: each name, and the value or the
 * place that it stands for. Compiling it is the test, as C and as C++, and with
 * no other header and no C library: nothing else may be included here.
 */
#ifndef IDXD_TEST_UAPI_H
#define IDXD_TEST_UAPI_H

#include <linux/idxd.h>

/* Does not compile unless @cond holds; C and C++ have no other word in common. */
#define UAPI_ASSERT(cond)						\
	extern char uapi_assert[(cond) ? 1 : -1]

#define UAPI_VALUE(name, value)						\
	UAPI_ASSERT((name) == (value))
#define UAPI_OFFSET_IS(type, field, offset, size)			\
	(__builtin_offsetof(struct type, field) == (offset))
#define UAPI_SIZE_IS(type, field, offset, size)				\
	(sizeof((*(struct type *)0).field) == (size))
/* UAPI_FIELD(type, field, offset, size) */
#define UAPI_FIELD(...)							\
	UAPI_ASSERT(UAPI_OFFSET_IS(__VA_ARGS__) && UAPI_SIZE_IS(__VA_ARGS__))

/* Operations */
UAPI_VALUE(DSA_OPCODE_NOOP, 0x00);
UAPI_VALUE(DSA_OPCODE_BATCH, 0x01);
UAPI_VALUE(DSA_OPCODE_DRAIN, 0x02);
UAPI_VALUE(DSA_OPCODE_MEMMOVE, 0x03);
UAPI_VALUE(DSA_OPCODE_MEMFILL, 0x04);
UAPI_VALUE(DSA_OPCODE_COMPARE, 0x05);
UAPI_VALUE(DSA_OPCODE_COMPVAL, 0x06);
UAPI_VALUE(DSA_OPCODE_CR_DELTA, 0x07);
UAPI_VALUE(DSA_OPCODE_AP_DELTA, 0x08);
UAPI_VALUE(DSA_OPCODE_DUALCAST, 0x09);
UAPI_VALUE(DSA_OPCODE_TRANSL_FETCH, 0x0a);
UAPI_VALUE(DSA_OPCODE_CRCGEN, 0x10);
UAPI_VALUE(DSA_OPCODE_COPY_CRC, 0x11);
UAPI_VALUE(DSA_OPCODE_DIF_CHECK, 0x12);
UAPI_VALUE(DSA_OPCODE_DIF_INS, 0x13);
UAPI_VALUE(DSA_OPCODE_DIF_STRP, 0x14);
UAPI_VALUE(DSA_OPCODE_DIF_UPDT, 0x15);
UAPI_VALUE(DSA_OPCODE_DIX_GEN, 0x17);
UAPI_VALUE(DSA_OPCODE_CFLUSH, 0x20);

UAPI_VALUE(IAX_OPCODE_NOOP, 0x00);
UAPI_VALUE(IAX_OPCODE_DRAIN, 0x02);
UAPI_VALUE(IAX_OPCODE_MEMMOVE, 0x03);
UAPI_VALUE(IAX_OPCODE_DECOMPRESS, 0x42);
UAPI_VALUE(IAX_OPCODE_EXPAND, 0x56);

/* Completion codes */
UAPI_VALUE(DSA_COMP_NONE, 0x00);
UAPI_VALUE(DSA_COMP_SUCCESS, 0x01);
UAPI_VALUE(DSA_COMP_DIF_ERR, 0x09);
UAPI_VALUE(DSA_COMP_BAD_OPCODE, 0x10);
UAPI_VALUE(DSA_COMP_INT_HANDLE_INVAL, 0x19);
UAPI_VALUE(DSA_COMP_CRA_XLAT, 0x1a);
UAPI_VALUE(DSA_COMP_TRANSLATION_FAIL, 0x22);
UAPI_VALUE(DSA_COMP_DRAIN_EVL, 0x26);
UAPI_VALUE(DSA_COMP_BATCH_EVL_ERR, 0x27);
UAPI_VALUE(IAX_COMP_ANALYTICS_ERROR, 0x0a);
UAPI_VALUE(IAX_COMP_INVALID_INVERT_OUT, 0x35);

UAPI_VALUE(DSA_COMP_STATUS(0x83), DSA_COMP_PAGE_FAULT_NOBOF);
UAPI_VALUE(DSA_COMP_STATUS(DSA_COMP_STATUS_WRITE), 0);
UAPI_VALUE(DSA_COMP_STATUS(0x7f), DSA_COMP_STATUS_MASK);

/* Refusals of the driver in cmd_status */
UAPI_VALUE(IDXD_SCMD_WQ_USER_NO_IOMMU, 0x80110000);
UAPI_VALUE(IDXD_SCMD_DEV_EVL_ERR, 0x80120000);

/* The descriptor of DSA; what is before completion_addr are bit fields. */
UAPI_ASSERT(sizeof(struct dsa_hw_desc) == 64);
UAPI_ASSERT(sizeof(struct dsa_raw_desc) == 64);
UAPI_FIELD(dsa_hw_desc, completion_addr, 8, 8);
UAPI_FIELD(dsa_hw_desc, src_addr, 16, 8);
UAPI_FIELD(dsa_hw_desc, rdback_addr, 16, 8);
UAPI_FIELD(dsa_hw_desc, pattern, 16, 8);
UAPI_FIELD(dsa_hw_desc, pattern_lower, 16, 8);
UAPI_FIELD(dsa_hw_desc, transl_fetch_addr, 16, 8);
UAPI_FIELD(dsa_hw_desc, desc_list_addr, 16, 8);
UAPI_FIELD(dsa_hw_desc, dst_addr, 24, 8);
UAPI_FIELD(dsa_hw_desc, rdback_addr2, 24, 8);
UAPI_FIELD(dsa_hw_desc, src2_addr, 24, 8);
UAPI_FIELD(dsa_hw_desc, comp_pattern, 24, 8);
UAPI_FIELD(dsa_hw_desc, xfer_size, 32, 4);
UAPI_FIELD(dsa_hw_desc, desc_count, 32, 4);
UAPI_FIELD(dsa_hw_desc, region_size, 32, 4);
UAPI_FIELD(dsa_hw_desc, int_handle, 36, 2);
UAPI_FIELD(dsa_hw_desc, rsvd1, 38, 2);
UAPI_FIELD(dsa_hw_desc, expected_res, 40, 1);
UAPI_FIELD(dsa_hw_desc, op_specific, 40, 24);
/* ... of Fill */
UAPI_FIELD(dsa_hw_desc, pattern_upper, 40, 8);
/* ... of Create Delta and Apply Delta */
UAPI_FIELD(dsa_hw_desc, delta_addr, 40, 8);
UAPI_FIELD(dsa_hw_desc, max_delta_size, 48, 4);
UAPI_FIELD(dsa_hw_desc, delt_rsvd, 52, 4);
UAPI_FIELD(dsa_hw_desc, expected_res_mask, 56, 1);
UAPI_FIELD(dsa_hw_desc, delta_rec_size, 40, 4);
/* ... of Dualcast */
UAPI_FIELD(dsa_hw_desc, dest2, 40, 8);
/* ... of Translation Fetch */
UAPI_FIELD(dsa_hw_desc, transl_fetch_res, 40, 8);
UAPI_FIELD(dsa_hw_desc, region_stride, 48, 4);
/* ... of the CRCs */
UAPI_FIELD(dsa_hw_desc, crc_seed, 40, 4);
UAPI_FIELD(dsa_hw_desc, crc_rsvd, 44, 4);
UAPI_FIELD(dsa_hw_desc, seed_addr, 48, 8);
/* ... of DIF Check and DIF Strip */
UAPI_FIELD(dsa_hw_desc, src_dif_flags, 40, 1);
UAPI_FIELD(dsa_hw_desc, dif_chk_res, 41, 1);
UAPI_FIELD(dsa_hw_desc, dif_chk_flags, 42, 1);
UAPI_FIELD(dsa_hw_desc, dif_chk_res2, 43, 5);
UAPI_FIELD(dsa_hw_desc, chk_ref_tag_seed, 48, 4);
UAPI_FIELD(dsa_hw_desc, chk_app_tag_mask, 52, 2);
UAPI_FIELD(dsa_hw_desc, chk_app_tag_seed, 54, 2);
/* ... of DIF Insert */
UAPI_FIELD(dsa_hw_desc, dif_ins_res, 40, 1);
UAPI_FIELD(dsa_hw_desc, dest_dif_flag, 41, 1);
UAPI_FIELD(dsa_hw_desc, dif_ins_flags, 42, 1);
UAPI_FIELD(dsa_hw_desc, dif_ins_res2, 43, 13);
UAPI_FIELD(dsa_hw_desc, ins_ref_tag_seed, 56, 4);
UAPI_FIELD(dsa_hw_desc, ins_app_tag_mask, 60, 2);
UAPI_FIELD(dsa_hw_desc, ins_app_tag_seed, 62, 2);
/* ... of DIF Update */
UAPI_FIELD(dsa_hw_desc, src_upd_flags, 40, 1);
UAPI_FIELD(dsa_hw_desc, upd_dest_flags, 41, 1);
UAPI_FIELD(dsa_hw_desc, dif_upd_flags, 42, 1);
UAPI_FIELD(dsa_hw_desc, dif_upd_res, 43, 5);
UAPI_FIELD(dsa_hw_desc, src_ref_tag_seed, 48, 4);
UAPI_FIELD(dsa_hw_desc, src_app_tag_mask, 52, 2);
UAPI_FIELD(dsa_hw_desc, src_app_tag_seed, 54, 2);
UAPI_FIELD(dsa_hw_desc, dest_ref_tag_seed, 56, 4);
UAPI_FIELD(dsa_hw_desc, dest_app_tag_mask, 60, 2);
UAPI_FIELD(dsa_hw_desc, dest_app_tag_seed, 62, 2);
/* ... of DIX Generate */
UAPI_FIELD(dsa_hw_desc, dix_gen_res, 40, 1);
UAPI_FIELD(dsa_hw_desc, dest_dif_flags, 41, 1);
UAPI_FIELD(dsa_hw_desc, dif_flags, 42, 1);
UAPI_FIELD(dsa_hw_desc, dix_gen_res2, 43, 13);
UAPI_FIELD(dsa_hw_desc, ref_tag_seed, 56, 4);
UAPI_FIELD(dsa_hw_desc, app_tag_mask, 60, 2);
UAPI_FIELD(dsa_hw_desc, app_tag_seed, 62, 2);

/* The completion record of DSA */
UAPI_ASSERT(sizeof(struct dsa_completion_record) == 32);
UAPI_ASSERT(sizeof(struct dsa_raw_completion_record) == 32);
UAPI_FIELD(dsa_completion_record, status, 0, 1);
UAPI_FIELD(dsa_completion_record, result, 1, 1);
UAPI_FIELD(dsa_completion_record, dif_status, 1, 1);
UAPI_FIELD(dsa_completion_record, fault_info, 2, 1);
UAPI_FIELD(dsa_completion_record, rsvd, 3, 1);
UAPI_FIELD(dsa_completion_record, bytes_completed, 4, 4);
UAPI_FIELD(dsa_completion_record, descs_completed, 4, 4);
UAPI_FIELD(dsa_completion_record, fault_addr, 8, 8);
UAPI_FIELD(dsa_completion_record, delta_rec_size, 16, 4);
UAPI_FIELD(dsa_completion_record, crc_val, 16, 8);
UAPI_FIELD(dsa_completion_record, dif_chk_ref_tag, 16, 4);
UAPI_FIELD(dsa_completion_record, dif_chk_app_tag_mask, 20, 2);
UAPI_FIELD(dsa_completion_record, dif_chk_app_tag, 22, 2);
UAPI_FIELD(dsa_completion_record, dif_ins_res, 16, 8);
UAPI_FIELD(dsa_completion_record, dif_ins_ref_tag, 24, 4);
UAPI_FIELD(dsa_completion_record, dif_ins_app_tag_mask, 28, 2);
UAPI_FIELD(dsa_completion_record, dif_ins_app_tag, 30, 2);
UAPI_FIELD(dsa_completion_record, dif_upd_src_ref_tag, 16, 4);
UAPI_FIELD(dsa_completion_record, dif_upd_src_app_tag_mask, 20, 2);
UAPI_FIELD(dsa_completion_record, dif_upd_src_app_tag, 22, 2);
UAPI_FIELD(dsa_completion_record, dif_upd_dest_ref_tag, 24, 4);
UAPI_FIELD(dsa_completion_record, dif_upd_dest_app_tag_mask, 28, 2);
UAPI_FIELD(dsa_completion_record, dif_upd_dest_app_tag, 30, 2);
UAPI_FIELD(dsa_completion_record, op_specific, 16, 16);

/* Those of IAA */
UAPI_ASSERT(sizeof(struct iax_hw_desc) == 64);
UAPI_FIELD(iax_hw_desc, completion_addr, 8, 8);
UAPI_FIELD(iax_hw_desc, src1_addr, 16, 8);
UAPI_FIELD(iax_hw_desc, dst_addr, 24, 8);
UAPI_FIELD(iax_hw_desc, src1_size, 32, 4);
UAPI_FIELD(iax_hw_desc, int_handle, 36, 2);
UAPI_FIELD(iax_hw_desc, compr_flags, 38, 2);
UAPI_FIELD(iax_hw_desc, decompr_flags, 38, 2);
UAPI_FIELD(iax_hw_desc, src2_addr, 40, 8);
UAPI_FIELD(iax_hw_desc, max_dst_size, 48, 4);
UAPI_FIELD(iax_hw_desc, src2_size, 52, 4);
UAPI_FIELD(iax_hw_desc, filter_flags, 56, 4);
UAPI_FIELD(iax_hw_desc, num_inputs, 60, 4);

UAPI_ASSERT(sizeof(struct iax_completion_record) == 64);
UAPI_ASSERT(sizeof(struct iax_raw_completion_record) == 64);
UAPI_FIELD(iax_completion_record, status, 0, 1);
UAPI_FIELD(iax_completion_record, error_code, 1, 1);
UAPI_FIELD(iax_completion_record, fault_info, 2, 1);
UAPI_FIELD(iax_completion_record, rsvd, 3, 1);
UAPI_FIELD(iax_completion_record, bytes_completed, 4, 4);
UAPI_FIELD(iax_completion_record, fault_addr, 8, 8);
UAPI_FIELD(iax_completion_record, invalid_flags, 16, 4);
UAPI_FIELD(iax_completion_record, rsvd2, 20, 4);
UAPI_FIELD(iax_completion_record, output_size, 24, 4);
UAPI_FIELD(iax_completion_record, output_bits, 28, 1);
UAPI_FIELD(iax_completion_record, rsvd3, 29, 1);
UAPI_FIELD(iax_completion_record, xor_csum, 30, 2);
UAPI_FIELD(iax_completion_record, crc, 32, 4);
UAPI_FIELD(iax_completion_record, min, 36, 4);
UAPI_FIELD(iax_completion_record, max, 40, 4);
UAPI_FIELD(iax_completion_record, sum, 44, 4);
UAPI_FIELD(iax_completion_record, rsvd4, 48, 16);

#endif /* IDXD_TEST_UAPI_H */
