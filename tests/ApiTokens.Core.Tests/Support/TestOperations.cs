using System.Security;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Support;

/// <summary>Runs single operations for tests.</summary>
internal static class TestOperations
{
    /// <summary>Resets a token, also the connection's own.</summary>
    public static Task ResetAsync(
        TokenConnection connection,
        string id,
        ResetOptions options,
        Func<IssuedToken, Task> deliver,
        CancellationToken cancellationToken) =>
        Reset(connection, new ApiToken { Id = id }, options).RunAsync(new DelegateSink(deliver), cancellationToken);

    /// <summary>Creates an operation that resets a token, also the connection's own.</summary>
    public static ResetOperation Reset(TokenConnection connection, ApiToken token, ResetOptions? options = null) =>
        new(connection, token, options) { AllowOwnToken = true };

    /// <summary>Issues a token.</summary>
    public static Task<IssuedToken> IssueAsync(
        TokenConnection connection,
        NewTokenRequest request,
        bool removeOrphan = false,
        OperationScope? scope = null,
        CancellationToken cancellationToken = default) =>
        new IssueOperation(connection, request) { RemoveOrphan = removeOrphan }.IssueAsync(
            scope ?? new OperationScope(), cancellationToken);
}

/// <summary>Passes secrets to a delegate.</summary>
internal sealed class DelegateSink(
    Func<IssuedToken, Task> save,
    Action? revert = null,
    Func<ApiToken, bool?>? contains = null,
    Func<ApiToken, SecureString?>? read = null,
    Action<Operation>? complete = null) : ISecretSink
{
    public void Save(Operation operation, IssuedToken issued) => save(issued).GetAwaiter().GetResult();

    public bool? Contains(Operation operation, ApiToken token) => contains?.Invoke(token);

    public SecureString? Read(Operation operation, ApiToken token) => read?.Invoke(token);

    public void Complete(Operation operation) => complete?.Invoke(operation);

    public void Revert(Operation operation) => revert?.Invoke();
}
