// SPDX-License-Identifier: MIT

import apache from '../../../models/LICENSE-Apache-2.0.txt?url&no-inline';
import notice from '../../../models/NOTICE.txt?url&no-inline';
import type { NetworkOffer } from '../../networks/catalogue.js';

/** The name of a network's licence. Where the page itself brings the network, Apache-2.0 has it bring the text and the notice too. */
export function NetworkLicence({ bytes, licence }: Pick<NetworkOffer, 'bytes' | 'licence'>) {
  if (bytes > 0 || licence !== 'Apache-2.0') return licence;
  return (
    <>
      <TextLink address={apache} title={licence} />, <TextLink address={notice} title="notice" />
    </>
  );
}

/** In a tab of its own: whoever reads it keeps what is on the page. */
function TextLink({ address, title }: { address: string; title: string }) {
  return (
    <a href={address} target="_blank" rel="noreferrer">
      {title}
    </a>
  );
}
