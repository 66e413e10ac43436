/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The bar on the program's icon in docks and launchers that speak com.canonical.Unity.LauncherEntry (Ubuntu's dock,
 * Plank, KDE's panel): how far the files that are moving are, all together. A signal on the session bus;
 * where nobody listens, nothing is shown.
 */
#pragma once

#include <lan-node.h>

G_BEGIN_DECLS

typedef struct _LanLauncher LanLauncher;

/** @bus: (nullable): the session bus; NULL: nothing is ever said. */
LanLauncher *lan_launcher_new (LanNode *node, GDBusConnection *bus);
void lan_launcher_free (LanLauncher *self);

/** Fills in how far all that is moving is, 0 to 1. FALSE: nothing is. */
gboolean lan_launcher_sum (GListModel *transfers, double *progress);

G_END_DECLS
