using ApiTokens.Operations;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <content>What -WhatIf shows: each token, why its operation would be refused, and the total.</content>
public abstract partial class TokenCmdlet
{
    private int _whatIfCount;
    private int _whatIfRefused;

    /// <summary>Writes the message of -WhatIf for an operation, and counts it.</summary>
    /// <param name="subject">The token and its connection.</param>
    /// <param name="refusal">Why the operation would be refused; null if it would not be.</param>
    /// <param name="action">The action.</param>
    internal void ShowWhatIf(string subject, string? refusal, string action)
    {
        _whatIfCount++;
        _whatIfRefused += refusal is null ? 0 : 1;
        Confirm(refusal is null ? subject : $"{subject}, which would be refused{refusal}", action);
    }

    private string? RefusalOf(TokenConnection connection, Operation operation, ApiToken token)
    {
        try
        {
            CheckDestination(operation, token);
            return ProtectsOwnToken
                && Wait(cancellationToken => OwnTokenGuard.IsOwnTokenAsync(connection, token, cancellationToken))
                    ? " without -Force: the connection itself uses the token"
                    : null;
        }
        catch (ApiTokenException e) when (e.ErrorId is ErrorIds.SecretExists or ErrorIds.SecretDestinationInUse)
        {
            return ReasonOf(e);
        }
    }

    /// <summary>The reason of a refusal, to be read after "which would be refused".</summary>
    internal static string ReasonOf(ApiTokenException refusal) => $": {CommandText.Message(refusal).TrimEnd('.')}";

    private void WriteWhatIfTotal()
    {
        if (_whatIfCount > 1)
        {
            string refused = _whatIfRefused == 0 ? string.Empty : $", of which {_whatIfRefused} would be refused";
            Host.UI.WriteLine(FormattableString.Invariant($"What if: {Action}: {_whatIfCount:N0} tokens{refused}."));
        }
    }
}
