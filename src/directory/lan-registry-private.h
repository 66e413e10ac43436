/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared inside the registry's files.
 */
#pragma once

#include "lan-registry-op.h"

G_BEGIN_DECLS

void lan_registry_account_row_clear (LanRegistryAccountRow *row);
void lan_registry_account_row_copy (LanRegistryAccountRow *to, const LanRegistryAccountRow *from);

/** Returns: (transfer full): an operation of @type; a WRITE has its empty array of rows. */
LanRegistryOp *lan_registry_op_new (LanRegistryOpType type) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer none): a zeroed row of @type, until the next one is added. */
LanRegistryRow *lan_registry_op_add_row (LanRegistryOp *op, LanRegistryRowType type);

G_END_DECLS
