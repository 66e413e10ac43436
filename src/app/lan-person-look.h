/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is said about a person in words and icons: how sure it is who they are, how they are
 * reached, whether they are there. One place, so that list, header, card and notification agree.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-person.h>

G_BEGIN_DECLS

/** Returns: (nullable): the icon beside a name in lists; NULL where nothing needs saying. */
const char *lan_person_look_list_icon (LanPerson *person);

/** Returns: the icon on the shield button; never NULL. */
const char *lan_person_look_trust_icon (LanPerson *person);

/** Returns: a style class for that icon: "dim", "okfg", "accfg", "errfg". */
const char *lan_person_look_trust_style (LanPerson *person);

/** Returns: a short heading, "Not checked yet", "Verified by you". */
const char *lan_person_look_trust_title (LanPerson *person);

/** Returns: (transfer full): what that means and what to do, in plain words. */
char *lan_person_look_trust_text (LanPerson *person) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: the icon that says how the person is reached. */
const char *lan_person_look_reach_icon (LanPerson *person);

/** Returns: "okfg", "warnfg" or "dim". */
const char *lan_person_look_reach_style (LanPerson *person);

/** Returns: (transfer full): "Direct, 0.3 ms", "Offline, will be delivered later". */
char *lan_person_look_reach (LanPerson *person) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: a heading of the card: "Direct", "Relayed", "Not reachable". */
const char *lan_person_look_reach_title (LanPerson *person);

/** Returns: (transfer full): what the way means, in plain words. */
char *lan_person_look_reach_text (LanPerson *person) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: the dot's style class: "on", "away", "busy" or "off". */
const char *lan_person_look_dot (LanPerson *person);

/** Returns: "Available", "Away", "Busy" or "Offline". */
const char *lan_person_look_presence (LanPersonPresence presence);

/** Returns: (transfer full): the department's path as a person reads it, "" when there is none. */
char *lan_person_look_department (LanPerson *person) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): title and department in one line, "" when neither is known. */
char *lan_person_look_post (LanPerson *person) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): the second line of a row: status text, or presence. */
char *lan_person_look_line (LanPerson *person) G_GNUC_WARN_UNUSED_RESULT;

/** Gives @widget @style, one of the classes named above, in place of the one before. */
void lan_person_look_set_style (GtkWidget *widget, const char *style);

/** Returns: whether this is somebody unknown whom one should check before believing the name. */
gboolean lan_person_look_is_new (LanPerson *person);

G_END_DECLS
