/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A person in a list: nearby, contact or request.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-person.h>

G_BEGIN_DECLS

#define LAN_TYPE_PERSON_ROW (lan_person_row_get_type ())
G_DECLARE_FINAL_TYPE (LanPersonRow, lan_person_row, LAN, PERSON_ROW, GtkListBoxRow)

GtkWidget *lan_person_row_new (LanPerson *person);
LanPerson *lan_person_row_get_person (LanPersonRow *self);

G_END_DECLS
