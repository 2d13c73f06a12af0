using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Support;

/// <summary>An operation whose work is a delegate.</summary>
internal sealed class TestOperation(TokenConnection connection, string key, string name, object target, Func<OperationContext, Task> work)
    : Operation(connection, key, name, target)
{
    /// <summary>Whether an earlier run has done it; false by default.</summary>
    public Func<CancellationToken, Task<bool>>? IsDone { get; init; }

    internal override Task<bool> IsAlreadyDoneAsync(OperationContext context) =>
        IsDone?.Invoke(context.CancellationToken) ?? base.IsAlreadyDoneAsync(context);

    internal override Task ExecuteAsync(OperationContext context) => work(context);
}
