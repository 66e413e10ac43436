/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What a kept record says: every other way to it would have to know of sealed ones. Pure. */
#pragma once

#include "lan-change.h"
#include "lan-content.h"

G_BEGIN_DECLS

/**
 * The content of a record that is kept: of a sealed one, what was inside of it.
 * Returns: (transfer full) (nullable): NULL where it cannot be read.
 */
LanContent *lan_record_row_content (const LanRecordRow *row) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
