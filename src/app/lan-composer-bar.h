/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The bar above the field that says which message one answers or edits. Emits "cleared" when it goes.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-message.h>

G_BEGIN_DECLS

typedef enum { LAN_COMPOSER_NEW, LAN_COMPOSER_REPLY, LAN_COMPOSER_EDIT } LanComposerMode;

#define LAN_TYPE_COMPOSER_BAR (lan_composer_bar_get_type ())
G_DECLARE_FINAL_TYPE (LanComposerBar, lan_composer_bar, LAN, COMPOSER_BAR, GtkBox)

void lan_composer_bar_set (LanComposerBar *self, LanComposerMode mode, LanMessage *message);

/** Back to writing something new. */
void lan_composer_bar_clear (LanComposerBar *self);

LanComposerMode lan_composer_bar_get_mode (LanComposerBar *self);

/** Returns: (transfer none) (nullable): what is answered or edited. */
LanMessage *lan_composer_bar_get_message (LanComposerBar *self);

G_END_DECLS
