using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>One piece of work on one token.</summary>
public sealed class Operation
{
    /// <summary>Describes a piece of work.</summary>
    /// <param name="connection">The connection that it goes through.</param>
    /// <param name="key">The token's id; for a token to be issued, a fingerprint of what is asked for.</param>
    /// <param name="name">The token's name, as far as it is known.</param>
    /// <param name="target">What errors are about: a token or the input.</param>
    /// <param name="work">Does it.</param>
    public Operation(TokenConnection connection, string key, string name, object target, Func<OperationContext, Task> work)
    {
        Connection = connection;
        Key = key;
        Name = name;
        Target = target;
        Work = work;
    }

    /// <summary>The connection that it goes through.</summary>
    public TokenConnection Connection { get; }

    /// <summary>The token's id; for a token to be issued, a fingerprint of what is asked for.</summary>
    public string Key { get; }

    /// <summary>The token's name, as far as it is known.</summary>
    public string Name { get; }

    /// <summary>What errors are about: a token or the input.</summary>
    public object Target { get; }

    /// <summary>
    /// Asks the service whether an earlier run, killed before it knew, has done this already. Without it the work itself
    /// looks at <see cref="OperationContext.ResumeState"/>.
    /// </summary>
    public Func<CancellationToken, Task<bool>>? IsDone { get; init; }

    internal Func<OperationContext, Task> Work { get; }
}
