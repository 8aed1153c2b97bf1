/**
 * Exits 0 when a URL answers with status 200; without an argument it asks the service in this container.
 *
 * The image's HEALTHCHECK and the chart's test run it, so the image needs no curl.
 */

import { get } from 'node:http';
import { load } from './config.js';

const TIMEOUT_MILLIS = 2000;

export function answers(url) {
  return new Promise((resolve) => {
    const request = get(url, { timeout: TIMEOUT_MILLIS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', (failure) => {
      console.error(`${url}: ${failure.message}`);
      resolve(false);
    });
  });
}

if (import.meta.filename === process.argv[1]) {
  const url = process.argv[2] ?? `http://127.0.0.1:${load(process.env).port}/healthz`;
  process.exit((await answers(url)) ? 0 : 1);
}
