/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Popovers that are made for one use. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Destroys @popover when it was closed, after what that has set going. */
void lan_popover_forget_when_closed (GtkWidget *popover);

G_END_DECLS
