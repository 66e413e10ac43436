/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The picture of a person: initials on a colour, with a dot that says whether they are there.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-person.h>

G_BEGIN_DECLS

#define LAN_TYPE_AVATAR (lan_avatar_get_type ())
G_DECLARE_FINAL_TYPE (LanAvatar, lan_avatar, LAN, AVATAR, GtkOverlay)

/** Shows @person (nullable: nobody) and follows their changes. The size is the "size" property. */
void lan_avatar_set_person (LanAvatar *self, LanPerson *person);

/** Shows the initials of @name, without a dot. */
void lan_avatar_set_name (LanAvatar *self, const char *name);

/** Sets the dot's style class: "on", "away", "busy", "off"; NULL hides it. */
void lan_avatar_set_dot (LanAvatar *self, const char *style);

G_END_DECLS
