/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Behind the shield: what is known of who somebody is, the twelve words and the number both sides
 * can compare, and the button that says they match.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-person.h>

G_BEGIN_DECLS

#define LAN_TYPE_TRUST_POPOVER (lan_trust_popover_get_type ())
G_DECLARE_FINAL_TYPE (LanTrustPopover, lan_trust_popover, LAN, TRUST_POPOVER, GtkPopover)

GtkWidget *lan_trust_popover_new (void);

/** Shows @person (nullable: nobody). */
void lan_trust_popover_set_person (LanTrustPopover *self, LanPerson *person);

G_END_DECLS
