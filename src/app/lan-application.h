/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The program: options, one instance per profile, the node's life, D-Bus activation, links, and
 * what outlives a window.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAN_TYPE_APPLICATION (lan_application_get_type ())
G_DECLARE_FINAL_TYPE (LanApplication, lan_application, LAN, APPLICATION, GtkApplication)

LanApplication *lan_application_new (void);

G_END_DECLS
