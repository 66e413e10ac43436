/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A look at an ENet datagram before ENet's own parser sees it. What comes here was sealed by the
 * other side, so it is a contact at worst; but that parser has crashed on unreliable fragments
 * (SECURITY 10 row 18), and we use a quarter of its commands. Only those, with lengths that add up,
 * pass. Private to this module; pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** TRUE when ENet may have it: reliable commands on channels below @channels only. */
gboolean lan_enet_filter_accepts (const guint8 *data, gsize len, guint channels);

G_END_DECLS
