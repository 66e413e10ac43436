/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanSearch. Owner's context. */
#pragma once

#include "lan-command.h"
#include "lan-search.h"

G_BEGIN_DECLS

/** Returns: (transfer full): what the engine is asked. */
LanSearchWish *lan_search_make_wish (LanSearch *self);
void lan_search_set_result (LanSearch *self, gint64 next, guint indexed);

G_END_DECLS
