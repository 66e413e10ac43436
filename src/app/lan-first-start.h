/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The page of the very first start: a name, perhaps an invitation, and a button. Emits "start"
 * (name, invitation or "").
 */
#pragma once

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_FIRST_START (lan_first_start_get_type ())
G_DECLARE_FINAL_TYPE (LanFirstStart, lan_first_start, LAN, FIRST_START, GtkBox)

GtkWidget *lan_first_start_new (void);

/** Shows why it did not work (nullable: nothing wrong) and lets the person try again. */
void lan_first_start_fail (LanFirstStart *self, const char *text);

G_END_DECLS
