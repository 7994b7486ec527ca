import { Component, type ComponentChildren, type ComponentType } from "preact";

interface LazyProps<Props> {
  /** Imports the component's module; called once for all places that show it. */
  readonly load: () => Promise<ComponentType<Props>>;
  readonly props: Props;
  /** Shown until the component is there. */
  readonly waiting: ComponentChildren;
}

interface LazyState<Props> {
  readonly Loaded?: ComponentType<Props>;
  readonly failed?: boolean;
}

/** A component whose code is downloaded when it is first shown. */
export class Lazy<Props extends object> extends Component<LazyProps<Props>, LazyState<Props>> {
  override componentDidMount(): void {
    void this.load();
  }

  private readonly load = async (): Promise<void> => {
    this.setState({ failed: false });
    try {
      this.setState({ Loaded: await this.props.load() });
    } catch {
      this.setState({ failed: true });
    }
  };

  override render() {
    const { Loaded, failed } = this.state;
    if (Loaded !== undefined) return <Loaded {...this.props.props} />;
    if (!failed) return this.props.waiting;
    return (
      <div class="alert" role="alert">
        <p>This part of the app could not be loaded; check the connection and retry.</p>
        <button type="button" onClick={this.load}>
          Retry
        </button>
      </div>
    );
  }
}
