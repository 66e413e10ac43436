/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Notifications: one per person, opening the very chat, gone when it was looked at. Texts of others
 * are escaped where the notification service reads markup (SECURITY section 10, row 28).
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

typedef struct _LanNotifier LanNotifier;

/* Whether the person is looking at the chat with @person right now. */
typedef gboolean (*LanNotifierSees) (LanPerson *person, gpointer user_data);

LanNotifier *lan_notifier_new (GApplication *application, LanNode *node, LanNotifierSees sees,
                               gpointer user_data);
void lan_notifier_free (LanNotifier *self);

/** Takes back what was said about @person. */
void lan_notifier_withdraw (LanNotifier *self, LanPerson *person);

G_END_DECLS
