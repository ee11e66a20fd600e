import { ModelgraphError } from '../core/errors.ts';
import type { TextProviderDescriptor } from '../core/text-provider.ts';

/** The providers this server knows, by registration name. A provider stays visible whether or not it is configured. */
export class TextProviderRegistry {
  readonly #descriptors = new Map<string, TextProviderDescriptor>();

  /** Refuses a name that is taken. */
  registerTextProvider(descriptor: TextProviderDescriptor): void {
    if (this.#descriptors.has(descriptor.name))
      throw new ModelgraphError('INTERNAL', `A provider "${descriptor.name}" is registered already.`);
    this.#descriptors.set(descriptor.name, descriptor);
  }

  findDescriptor(name: string): TextProviderDescriptor | undefined {
    return this.#descriptors.get(name);
  }

  /** Sorted by name. */
  descriptors(): readonly TextProviderDescriptor[] {
    return [...this.#descriptors.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
