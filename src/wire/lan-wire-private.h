/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared inside wire: unpacking with a ceiling on memory, and the checks of a decoded frame.
 */
#pragma once

#include "lan-frame.h"
#include "lan-server-frame.h"

G_BEGIN_DECLS

/**
 * Unpacks @data as @type; all that it allocates together stays below @max_memory.
 * Returns: (transfer full) (nullable): free with lan_wire_free(). NULL: not protobuf or too big.
 */
ProtobufCMessage *lan_wire_unpack (const ProtobufCMessageDescriptor *type, const guint8 *data,
                                   gsize len, gsize max_memory) G_GNUC_WARN_UNUSED_RESULT;

void lan_wire_free (ProtobufCMessage *message);

/** Returns: OK, or MALFORMED when a length or count of @frame is outside its limit. */
LanStatus lan_frame_check (const LanFrame *frame) G_GNUC_WARN_UNUSED_RESULT;

/** The same for a frame between client and server. */
LanStatus lan_server_frame_check (const LanServerFrame *frame) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when @text is valid UTF-8 of at most @max_bytes. */
gboolean lan_wire_text_ok (const char *text, gsize max_bytes);

/** The lengths and counts of a frame of carried mail (lan-carry-limits.c). */
gboolean lan_carry_frame_ok (const LanFrame *frame);

/* Parts of the checks that are about groups (lan-group-limits.c). */
gboolean lan_group_frame_ok (const LanFrame *frame);
gboolean lan_group_op_ok (const Lanyard__GroupOp *op);
gboolean lan_group_key_ok (const Lanyard__GroupKey *key);

G_END_DECLS
