/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What of a person is taken without asking: up to which size, and where it goes. */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_FILE_RULE (lan_file_rule_get_type ())
G_DECLARE_FINAL_TYPE (LanFileRule, lan_file_rule, LAN, FILE_RULE, GtkBox)

/** @person: (nullable): of @node. */
void lan_file_rule_set_person (LanFileRule *self, LanNode *node, LanPerson *person);

G_END_DECLS
