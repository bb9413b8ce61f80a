// SPDX-License-Identifier: MIT

/**
 * Why a network could not be had:
 *  - 'unreachable': no answer (offline, wrong host, or a server that lets no other site read its files);
 *  - 'status': the server refused, as with 404;
 *  - 'content': not a model but, say, a web page;
 *  - 'incomplete': the connection broke, or the file is shorter or longer than described;
 *  - 'hash': another file than described;
 *  - 'unverifiable': a hash is asked for where the platform can't compute it.
 */
export type DownloadFailure = 'unreachable' | 'status' | 'content' | 'incomplete' | 'hash' | 'unverifiable';

/** A network's file could not be had. The message names the network and its address. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';

  constructor(
    /** What went wrong. */
    readonly reason: DownloadFailure,
    /** Name of the network. */
    readonly network: string,
    /** Its address; undefined for bytes that were given. */
    readonly url: string | undefined,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`network "${network}"${url === undefined ? '' : `, ${url}`}: ${what}`, options);
  }
}
