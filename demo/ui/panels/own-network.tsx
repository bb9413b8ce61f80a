// SPDX-License-Identifier: MIT

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { NetworkDescription } from '../../../src/pipeline/index.js';
import { describe, emptyForm, type NetworkForm, suggestForm } from '../../networks/own-network.js';
import { FilePicker } from '../parts/file-picker.js';

/** A form for what cannot be seen from the outside of an ONNX file. */
export function OwnNetwork({ onChosen }: { onChosen: (description: NetworkDescription) => void }) {
  const [bytes, setBytes] = useState<Uint8Array | undefined>(undefined);
  const [form, setForm] = useState<NetworkForm>(emptyForm);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const place = useRef<HTMLDivElement>(null);
  // What came of the file is below the button.
  useEffect(() => {
    if (problem !== undefined || bytes) place.current?.scrollIntoView({ block: 'nearest' });
  }, [problem, bytes]);
  const read = async (chosen: File) => {
    setProblem(undefined);
    try {
      const content = new Uint8Array(await chosen.arrayBuffer());
      setForm(await suggestForm(chosen.name, content));
      setBytes(content);
    } catch (error) {
      setBytes(undefined);
      const { name, message } = error as Error;
      setProblem(`${chosen.name}: ${name === 'ArgumentError' ? 'this is not a complete ONNX file.' : message}`);
    }
  };
  const use = async () => {
    if (!bytes) return;
    try {
      onChosen(await describe(form, bytes));
      setProblem(undefined);
      setBytes(undefined);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const change = (changed: Partial<NetworkForm>) => setForm({ ...form, ...changed });
  return (
    <div class="own-network" ref={place}>
      <FilePicker accept=".onnx" name="ONNX file" onFile={(chosen) => void read(chosen)}>
        Your own .onnx file…
      </FilePicker>
      {problem && (
        <p class="message is-error" role="alert">
          {problem}
        </p>
      )}
      {bytes && (
        <form
          class="own-form"
          onSubmit={(event) => {
            event.preventDefault();
            void use();
          }}
        >
          <Fields form={form} change={change} />
          <button type="submit" class="button is-primary">
            Use this network
          </button>
        </form>
      )}
    </div>
  );
}

function Fields({ form, change }: { form: NetworkForm; change: (changed: Partial<NetworkForm>) => void }) {
  const text = (name: 'width' | 'height' | 'labels', title: string, hint?: string) => (
    <TextField title={title} hint={hint} value={form[name]} onChange={(value) => change({ [name]: value })} />
  );
  const choice = <Name extends keyof NetworkForm>(name: Name, title: string, values: readonly NetworkForm[Name][]) => (
    <label class="field">
      <span>{title}</span>
      <select
        value={form[name]}
        onChange={({ currentTarget }) => change({ [name]: currentTarget.value } as Partial<NetworkForm>)}
      >
        {values.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      <p class="hint">
        {form.name}: input “{form.input}”, output “{form.output}”.
      </p>
      {text('width', 'Input width, px')}
      {text('height', 'Input height, px')}
      {choice('inputLayout', 'Input layout', ['NCHW', 'NHWC'])}
      {choice('range', 'Pixel values', ['0 … 1', '-1 … 1', '0 … 255', 'ImageNet'])}
      {choice('outputLayout', 'Output layout', ['NCHW', 'NHWC'])}
      {choice('activation', 'Output holds', ['logits', 'probabilities', 'sigmoid'])}
      {text('labels', 'Labels', 'Names, separated by commas, background first')}
    </>
  );
}

interface TextFieldProps {
  title: string;
  hint: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

function TextField({ title, hint, value, onChange }: TextFieldProps) {
  const id = useId();
  return (
    <div class="field is-text">
      <label for={id}>{title}</label>
      <input
        id={id}
        type="text"
        value={value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
