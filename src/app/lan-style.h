/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The style sheets, and which of them fit the colours the desktop or the person wants.
 */
#pragma once

#include "lan-settings.h"

G_BEGIN_DECLS

/** Loads the sheets and follows the desktop; once, after the display is open. */
void lan_style_init (void);

void lan_style_set_look (LanLook look);

/** Returns: @px as large as the person's text is, for widths that hold text. */
int lan_style_scale (GtkWidget *widget, int px);

G_END_DECLS
