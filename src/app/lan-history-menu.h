/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The context menu of a message: react, answer, edit, pin, take back, copy, mark a part, when it was
 * delivered and read.
 */
#pragma once

#include "lan-message-row.h"

G_BEGIN_DECLS

/** Shows the menu at @row; it goes away by itself. */
void lan_history_menu_show (LanMessageRow *row);

G_END_DECLS
