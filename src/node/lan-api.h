/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What makes a function part of liblanyard's interface: everything else in the library is hidden.
 */
#pragma once

#include <gio/gio.h>

#define LAN_API __attribute__ ((visibility ("default"))) extern

/**
 * SECTION:lan
 * @title: Lanyard
 *
 * All objects of this library live in the #GMainContext that was the thread's default when their
 * #LanNode was made: use them from that thread alone. No call here waits for disk, network or
 * keys; what takes time is asynchronous, and what happens elsewhere arrives as property
 * notifications, signals and list changes, many at once.
 */
