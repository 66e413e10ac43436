/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Looks at pages of the database that nobody reads just now: damage of a disk is noticed while there is still
 * a backup to put back, not when an old message is wanted. Private to the store.
 */
#pragma once

#include "lan-db.h"

G_BEGIN_DECLS

/**
 * Looks at the next @max pages. @percent: of the file that was looked at, 100 when this was its end; then
 * the next call begins anew. FALSE: a page is not genuine (DAMAGED), or the disk reported an error.
 */
gboolean lan_db_check_some (LanDb *db, guint max, guint *percent,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
