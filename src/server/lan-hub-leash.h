/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A child that ends with its parent, however that ends. It is this program that is started, with LAN_HUB_LEASH as
 * its first word: it asks the kernel for a signal at its parent's death, looks whether that was there in time, and
 * becomes the other program.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_HUB_LEASH "--on-leash"
/* This program, also where its file was replaced meanwhile. */
#define LAN_HUB_LEASH_PROGRAM "/proc/self/exe"

/** @args: program and its arguments, NULL at the end. Returns: (transfer full): what to start instead. */
char **lan_hub_leash_args (char *const *args);
/**
 * In the child, @words: what follows LAN_HUB_LEASH. Returns only when it did not become the other program: the exit code.
 * The signal comes when the thread that made the child ends.
 */
int lan_hub_leash_become (char **words);

G_END_DECLS
