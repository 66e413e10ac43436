/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The page that stands where the window would be when the profile cannot be opened: what happened,
 * what helps, and a button that does it. Emits "retry" (passphrase or NULL).
 */
#pragma once

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_TROUBLE_PAGE (lan_trouble_page_get_type ())
G_DECLARE_FINAL_TYPE (LanTroublePage, lan_trouble_page, LAN, TROUBLE_PAGE, GtkBox)

GtkWidget *lan_trouble_page_new (void);

/** Says in the person's language what @error of opening the profile in @folder means and what helps. */
void lan_trouble_page_show_error (LanTroublePage *self, const GError *error, const char *folder);

G_END_DECLS
