/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is pinned in a chat, one message at a time: a click shows it in its place, and the next click
 * the one before it. Hidden while nothing is pinned. Emits "show-message" (id).
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_PIN_BAR (lan_pin_bar_get_type ())
G_DECLARE_FINAL_TYPE (LanPinBar, lan_pin_bar, LAN, PIN_BAR, GtkBox)

/** Shows what is pinned in the chat with @person (nullable). */
void lan_pin_bar_set_person (LanPinBar *self, LanNode *node, LanPerson *person);

G_END_DECLS
