/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A window in which one chooses people, as many as one likes: for whom something is forwarded, or who
 * each get it in a chat of their own.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_PEOPLE_CHOOSER (lan_people_chooser_get_type ())
G_DECLARE_FINAL_TYPE (LanPeopleChooser, lan_people_chooser, LAN, PEOPLE_CHOOSER, HdyWindow)

/**
 * @title: what is asked; @verb: the label of the button, with a mnemonic
 *
 * Emits "chosen" (GPtrArray of LanPerson, at least one), and is gone then.
 */
GtkWidget *lan_people_chooser_new (LanNode *node, const char *title, const char *verb);

G_END_DECLS
