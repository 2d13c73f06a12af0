namespace ApiTokens.Operations;

/// <summary>
/// Limits the number of concurrent operations of a connection. After the service has rejected the credential, no more requests are
/// sent: they would also be rejected, and many rejections can lock an account.
/// </summary>
internal sealed class ConnectionGate(int throttleLimit)
{
    public SemaphoreSlim Slots { get; } = new(throttleLimit);

    public ApiTokenException? CredentialError { get; set; }
}
